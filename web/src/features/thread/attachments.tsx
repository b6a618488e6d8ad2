import { useQuery } from '@tanstack/react-query';
import { Download, File, FileArchive, FileImage, FileSpreadsheet, FileText, Link2, Mail } from 'lucide-react';

import { wordsOf } from '../../api/problem.ts';
import { attachmentsQuery, attachmentUrl } from '../../api/threads.ts';
import type { Attachment } from '../../api/types.ts';
import { byteSize, plural } from '../../ui/format.ts';
import { Failure, Skeleton } from '../../ui/states.tsx';

const ICONS: [RegExp, typeof File][] = [
  [/image\//, FileImage],
  [/pdf|word|text|rtf/, FileText],
  [/sheet|excel|csv/, FileSpreadsheet],
  [/zip|compressed|tar/, FileArchive],
];

function iconOf(attachment: Attachment) {
  if (attachment.kind === 'item') return Mail;
  if (attachment.kind === 'reference') return Link2;
  const kind = `${attachment.content_type ?? ''} ${attachment.name ?? ''}`;
  return ICONS.find(([pattern]) => pattern.test(kind))?.[1] ?? File;
}

const NOTE = {
  file: null,
  item: 'attached message',
  reference: 'kept in the cloud, not in the mail',
} as const;

/** What came with a message: name, size, and the way to save it. Pictures that stand in the text are left out. */
export function Attachments({ emailId }: { emailId: string }) {
  const list = useQuery(attachmentsQuery(emailId));
  if (list.isPending) {
    return (
      <div className="mt-4 flex gap-2" aria-busy="true">
        <Skeleton className="h-10 w-52" />
        <Skeleton className="h-10 w-40" />
      </div>
    );
  }
  if (list.isError) {
    return (
      <div className="mt-4">
        <Failure
          compact
          {...wordsOf(list.error)}
          onRetry={() => void list.refetch()}
          busy={list.isFetching}
        />
      </div>
    );
  }
  const shown = list.data.filter((attachment) => !attachment.is_inline);
  if (shown.length === 0) return null;
  return (
    <ul aria-label={plural(shown.length, 'attachment')} className="mt-4 flex flex-wrap gap-2">
      {shown.map((attachment) => (
        <li key={attachment.id} className="max-w-full">
          <AttachmentTile emailId={emailId} attachment={attachment} />
        </li>
      ))}
    </ul>
  );
}

function AttachmentTile({ emailId, attachment }: { emailId: string; attachment: Attachment }) {
  const Icon = iconOf(attachment);
  const name = attachment.name || 'Attachment without a name';
  const detail = NOTE[attachment.kind] ?? byteSize(attachment.size_bytes);
  const face = (
    <>
      <Icon size={16} className="shrink-0 text-ink-3" aria-hidden="true" />
      <span className="min-w-0">
        <span className="block max-w-60 truncate text-sm font-medium text-ink">{name}</span>
        <span className="block text-xs text-ink-3">{detail}</span>
      </span>
    </>
  );
  const look = 'flex h-11 max-w-full items-center gap-2.5 rounded-lg border border-line px-3';
  if (attachment.kind === 'reference') return <span className={look}>{face}</span>;
  return (
    <a
      href={attachmentUrl(emailId, attachment.id)}
      download={name}
      className={`${look} group hover:border-line-strong hover:bg-hover`}
    >
      {face}
      <Download size={14} className="ml-1 shrink-0 text-ink-3 group-hover:text-ink" aria-label="Download" />
    </a>
  );
}
