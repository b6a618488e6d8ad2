import { useQuery } from '@tanstack/react-query';

import { watchersQuery } from '../api/mailboxes.ts';
import { useConnect } from '../features/settings/connect.ts';
import { Button } from '../ui/button.tsx';

/** Off to Microsoft, to let us read the mailbox. */
export function ConnectButton({ words }: { words: string }) {
  const connect = useConnect();
  // Asked for again where it is used: a sign-in without it would close the shared ones.
  const shared = useQuery(watchersQuery).data?.some((each) => each.mine && each.kind === 'shared') ?? false;
  return (
    <Button
      look="primary"
      disabled={connect.isPending || connect.isSuccess}
      onClick={() => connect.mutate({ purpose: 'read', shared })}
    >
      {words}
    </Button>
  );
}
