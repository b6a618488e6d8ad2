// What a person is aboard, and what that lets them do.

export const ROLES = [
  'captain',
  'chief_engineer',
  'chief_officer',
  'chief_steward',
  'purser',
  'eto',
  'manager',
  'crew',
] as const;

export type Role = (typeof ROLES)[number];

/** True for the roles that may link mail to a record. TENANT's `celeste_may_link()` holds the same rule. */
export function mayLink(role: Role): boolean {
  return role !== 'crew';
}
