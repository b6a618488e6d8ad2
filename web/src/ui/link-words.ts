// Why a conversation stands on a record, in one sentence.

type Words = {
  label: string;
  state: 'suggested' | 'linked' | 'rejected' | 'removed';
  source: 'person' | 'rule' | 'model';
  evidence: { signal: string; where: 'subject' | 'body'; text: string }[];
  created_by: { display_name: string } | null;
  decided_by?: { display_name: string } | null;
};

/** "Linked because the subject says so", "Linked because the mail says “… WO-1042 …”", "Linked by Marta Lindqvist". */
export function linkReason(link: Words): string {
  const verb = link.state === 'suggested' ? 'Suggested' : 'Linked';
  const [first] = link.evidence;
  if (first?.where === 'subject') return `${verb} because the subject says so`;
  if (first) return `${verb} because the mail says “${first.text.trim()}”`;
  const by = link.decided_by ?? link.created_by;
  if (by) return `${verb} by ${by.display_name}`;
  return link.source === 'person' ? `${verb} by hand` : `${verb} by a rule`;
}
