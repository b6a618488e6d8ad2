/** What a check found: `detail` in words; a fault says what to do in the same line. */
export type Finding = { ok: boolean; subject: string; detail: string };
