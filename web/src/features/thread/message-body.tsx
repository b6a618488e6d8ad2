import { useQuery } from '@tanstack/react-query';
import { ImageOff } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';

import { wordsOf } from '../../api/problem.ts';
import { bodyQuery } from '../../api/threads.ts';
import type { Body, Message } from '../../api/types.ts';
import { plural } from '../../ui/format.ts';
import { hearKeys } from '../../ui/keys.tsx';
import { Failure, Skeleton } from '../../ui/states.tsx';
import { useShownTheme } from '../../ui/theme.ts';
import { dress, isEmpty } from './dress.ts';
import { createFrameHeight } from './frame-height.ts';

/**
 * A message's words. They arrive cleaned by the service and stand in a frame that may not run scripts; the
 * frame's own policy loads nothing from elsewhere.
 */
export function MessageBody({ message }: { message: Message }) {
  const body = useQuery(bodyQuery(message.id));
  if (body.isPending) return body.isPaused ? <TextMeanwhile message={message} /> : <BodySkeleton />;
  if (body.isError) {
    const words = wordsOf(body.error);
    return (
      <div className="space-y-3">
        <Failure
          compact
          {...words}
          advice={message.body_text ? 'The plain text below was kept.' : words.advice}
          onRetry={() => void body.refetch()}
          busy={body.isFetching}
        />
        {message.body_text && <PlainText text={message.body_text} />}
      </div>
    );
  }
  return (
    <div className="space-y-2">
      {body.data.note && <p className="text-sm text-warn">{body.data.note}</p>}
      {body.data.blocked_remote > 0 && <BlockedNote count={body.data.blocked_remote} />}
      {isEmpty(body.data.document) ? (
        <p className="text-ink-3">
          {message.has_attachments ? 'No text, only what is attached.' : 'This message has no text.'}
        </p>
      ) : (
        <BodyFrame body={body.data} title={`Message: ${message.subject || 'No subject'}`} />
      )}
    </div>
  );
}

function BlockedNote({ count }: { count: number }) {
  return (
    <p className="flex items-center gap-1.5 text-sm text-ink-3">
      <ImageOff size={13} className="shrink-0" aria-hidden="true" />
      {plural(count, 'remote image')} not loaded, so the sender does not learn that you read this.
    </p>
  );
}

/** Without a link: the text that came with the conversation, if it did. */
function TextMeanwhile({ message }: { message: Message }) {
  return (
    <div className="space-y-2">
      <p className="text-sm text-warn">
        {message.body_text
          ? 'Shown as plain text until the link is back.'
          : 'Not loaded yet: the link is down.'}
      </p>
      {message.body_text && <PlainText text={message.body_text} />}
    </div>
  );
}

function PlainText({ text }: { text: string }) {
  return <p className="text-base break-words whitespace-pre-wrap">{text}</p>;
}

function BodySkeleton() {
  return (
    <div className="space-y-2 py-1" aria-busy="true" role="status">
      <span className="sr-only">Loading the message</span>
      {['92%', '86%', '95%', '40%'].map((width) => (
        <span key={width} className="skeleton block h-3" style={{ width }} />
      ))}
      <Skeleton className="mt-4 h-3 w-1/4" />
    </div>
  );
}

function BodyFrame({ body, title }: { body: Body; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(60);
  const dark = useShownTheme() === 'dark';
  const { document, paper } = useMemo(() => dress(body, dark), [body, dark]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let observer: ResizeObserver | undefined;
    const watch = () => {
      observer?.disconnect();
      const inner = element.contentDocument;
      if (!inner?.body) return;
      const heightOf = createFrameHeight();
      // The root and not the body: it holds the body's margins, and those that stick out of the body.
      const root = inner.documentElement;
      const measure = () => {
        const { width, height } = root.getBoundingClientRect();
        const next = heightOf({ width, height, pictures: inner.images.length });
        if (next !== null) setHeight(next);
      };
      observer = new ResizeObserver(measure);
      observer.observe(root);
      measure();
      // A click into the text takes the focus there, and the keys with it.
      inner.addEventListener('keydown', hearKeys);
    };
    element.addEventListener('load', watch);
    watch();
    return () => {
      element.removeEventListener('load', watch);
      observer?.disconnect();
    };
  }, []);

  return (
    <iframe
      ref={frame}
      title={title}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      srcDoc={document}
      style={{ height }}
      className={paper ? 'block w-full rounded-lg bg-white' : 'block w-full bg-transparent'}
    />
  );
}
