import { getRouteApi, useNavigate } from '@tanstack/react-router';

import { SettingsPage } from '../../features/settings/settings-page.tsx';
import { useSignOut } from '../shell.tsx';

const route = getRouteApi('/shell/settings');

export function Settings() {
  const result = route.useSearch();
  const navigate = useNavigate();
  const signOut = useSignOut();
  return (
    <SettingsPage
      result={result}
      onResultSeen={() => void navigate({ to: '/settings', search: {}, replace: true })}
      onSignOut={() => void signOut()}
    />
  );
}
