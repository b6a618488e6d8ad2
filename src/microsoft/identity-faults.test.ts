import { expect, it } from 'vitest';

import { identityKindOf } from './identity-faults.ts';

it.each([
  ['invalid_grant', 400, 'person_must_act'],
  ['interaction_required', 400, 'person_must_act'],
  ['consent_required', 400, 'person_must_act'],
  ['invalid_client', 401, 'operator'],
  ['unauthorized_client', 400, 'operator'],
  ['temporarily_unavailable', 400, 'transient'],
  ['invalid_grant', 503, 'transient'],
  ['something_new', 400, 'operator'],
])('%s with status %i is for %s', (error, status, kind) => {
  expect(identityKindOf(error, status)).toBe(kind);
});
