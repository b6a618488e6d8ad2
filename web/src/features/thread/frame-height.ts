// How tall the frame of a mail must be. A mail's height may follow that of its frame, and each would then chase
// the other without end, so there is an end to how often it may change.

/** A mail as it is laid out now, in CSS pixels. */
export type Laid = { width: number; height: number; pictures: number };

/** So that no scrollbar comes from half a pixel. */
const SLACK = 2;
/** Besides one change for every picture that arrives. */
const SPARE_CHANGES = 8;

/** For one document: takes its measures as they come, answers the frame's height, or null to leave it. */
export function createFrameHeight(): (laid: Laid) => number | null {
  let shown = { width: 0, height: 0 };
  let changes = 0;
  return ({ width, height, pictures }) => {
    const next = Math.ceil(height) + SLACK;
    if (width !== shown.width) changes = 0;
    if (next === shown.height || changes > pictures + SPARE_CHANGES) return null;
    changes += 1;
    shown = { width, height: next };
    return next;
  };
}
