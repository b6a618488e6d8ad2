import { useConnect } from '../features/settings/connect.ts';
import { Button } from '../ui/button.tsx';

/** Off to Microsoft, to let us read the mailbox. */
export function ConnectButton({ words }: { words: string }) {
  const connect = useConnect();
  return (
    <Button
      look="primary"
      disabled={connect.isPending || connect.isSuccess}
      onClick={() => connect.mutate({ purpose: 'read' })}
    >
      {words}
    </Button>
  );
}
