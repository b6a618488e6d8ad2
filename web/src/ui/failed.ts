import { toast } from 'sonner';

type Words = { detail: string; advice?: string | null | undefined };

/** Says that something was not done, why, and what to do. */
export function toastFailed(what: string, { detail, advice }: Words): void {
  toast.error(what, { description: [detail, advice].filter(Boolean).join(' ') });
}
