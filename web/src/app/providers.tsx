import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Toaster } from 'sonner';

import { useShownTheme } from '../ui/theme.ts';
import { queryClient } from './query-client.ts';

export function Providers({ children }: { children: ReactNode }) {
  const theme = useShownTheme();
  return (
    <QueryClientProvider client={queryClient}>
      {children}
      <Toaster
        theme={theme}
        style={{ fontFamily: 'inherit' }}
        position="bottom-center"
        duration={8000}
        gap={8}
        mobileOffset={{ bottom: 72 }}
        toastOptions={{
          unstyled: true,
          classNames: {
            toast:
              'flex w-[min(400px,calc(100vw-24px))] items-center gap-3 rounded-lg border border-line-strong bg-surface px-3.5 py-3 text-base text-ink shadow-float',
            content: 'min-w-0 flex-1',
            title: 'font-medium',
            description: 'text-sm text-ink-2 break-words',
            icon: 'shrink-0 text-ink-3',
            success: '[&_[data-icon]]:text-ok',
            error: '[&_[data-icon]]:text-danger',
            actionButton:
              'h-7 shrink-0 rounded-md border border-line-strong px-2.5 text-sm font-medium text-accent hover:bg-hover',
          },
        }}
      />
    </QueryClientProvider>
  );
}
