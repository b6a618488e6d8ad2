// Class, flag, yard, managers and laboratory: whoever watches over a yacht from ashore.
import type { Script } from '../play.ts';

const HELLO = '[[Good morning|Good day|Dear|Hello]] {to},';

export const classSurvey: Script = {
  subjects: [
    '{vessel} {classno}: [[annual survey|intermediate survey|CMS items|condition of class {condition}]]',
    'Survey request {vessel} - {port}',
    'Status of surveys {vessel}, {month}',
  ],
  lines: [
    {
      by: 'captain',
      to: ['class'],
      cc: ['chief'],
      after: [0, 20],
      say: `${HELLO}

We would like to request attendance for [[the annual survey|the postponed CMS items|removal of the condition of class {condition}]] in {port}, [[window|about]] {date2}. [[Chief will have the log books and reports ready.|Please confirm surveyor and fees.]]`,
    },
    {
      by: 'class',
      after: [10, 70],
      say: `${HELLO}

[[Survey no. S{digits} opened.|Your request is registered as S{digits}.]] [[Please note the items due: bilge alarms, emergency generator, steering gear, quick closing valves, insulation resistance log.|Items credited last time are on the attached status. Open: sea valves port side, thickness at frame 12.|Surveyor will call you on {date2}.]]`,
      attach: ['letter:Survey status'],
    },
    {
      by: 'chief',
      to: ['class'],
      cc: ['captain'],
      after: [6, 80],
      odds: 0.7,
      say: `{to},

[[Insulation log and oil analyses attached.|Emergency generator starts on both systems, tested this week.|For the sea valves: opened in the yard, pictures attached. Is this enough for crediting?]]`,
      attach: ['photo', 'xlsx:CMS list'],
    },
    {
      by: 'class',
      after: [40, 240],
      say: `${HELLO}

[[Survey completed with thanks to the crew.|Report attached.]] [[No new conditions.|One recommendation: renew the flexible hose at FO return of generator 3 within three months.|One condition of class imposed, due in three months: steering gear hose. Please read the text.]]`,
      attach: ['certificate'],
    },
    {
      by: 'superintendent',
      to: ['captain', 'chief'],
      after: [4, 60],
      odds: 0.5,
      say: `All,

[[Thank you, good result.|Please put the recommendation on a work order with the due date of class.|Send me the plan for closing this by Friday.]]`,
    },
  ],
};

export const flagState: Script = {
  subjects: [
    '{vessel} - [[minimum safe manning|endorsement|radio licence|tonnage certificate|DMLC part II]]',
    'Circular {digits}: [[lifejackets|fuel sulphur|large yacht code|crew agreements]]',
    'Registry {vessel}, {imo}',
  ],
  lines: [
    {
      by: 'flag',
      to: ['captain'],
      cc: ['superintendent'],
      after: [0, 20],
      say: `Dear Master,

[[Please find attached the circular, in force from {date3}.|The certificate of {vessel} expires on {date3}. Kindly apply for renewal with the form attached.|We refer to your application of {date1}. The fee of EUR {small} is outstanding.]]`,
      attach: ['letter:Registry notice'],
    },
    {
      by: 'captain',
      after: [10, 100],
      odds: 0.6,
      say: `${HELLO}

[[Form and copies attached.|Noted, thank you. Management settles the fee.|Please confirm that the scanned copy is accepted by port state meanwhile.]]`,
      attach: ['letter:Application'],
    },
    {
      by: 'flag',
      after: [20, 120],
      odds: 0.5,
      say: `Dear Master,

[[Certificate attached, original by courier.|The electronic certificate may be verified with the code printed on it.|Confirmed.]]`,
      attach: ['certificate'],
    },
  ],
};

export const yardPeriod: Script = {
  subjects: [
    'Refit {vessel}: [[weekly meeting {week}|progress report week {week}|snag list|change order {digits}]]',
    '{vessel} yard period - [[paint|pipework|dry-dock plan|crane bookings|access to engine room]]',
  ],
  lines: [
    {
      by: 'yard',
      to: ['captain', 'chief'],
      cc: ['superintendent', 'eto'],
      after: [0, 20],
      say: `Dear all,

[[Minutes of today's meeting attached.|Please find the progress report of week {week}.|Change order {digits} for your signature: EUR {total}.]] [[Hull: blasting finished, first coat on {date2}.|Sea valves port side opened, three to be replaced.|Shaft alignment afloat on {date2}, all weights on board please.|Scaffolding port side up until {date3}.]]

[[Yard work order WO-{yardwo} covers the pipework.|Yard reference YWO/{digits}.|Critical path is the crane on {date2}.|Snags open: {week}.]]`,
      attach: ['xlsx:Snag list', 'letter:Minutes'],
    },
    {
      by: 'chief',
      after: [2, 40],
      odds: 0.8,
      say: `{to},

[[Points 3 and 7 are not right. The valve of the fire main is ours, the yard removes and refits only.|Change order is too high. 40 hours for eight flanges?|Agreed from engineering side.|Please no hot work at frame 44 before our fire watch is there. Yesterday nobody told us.]]`,
    },
    {
      by: 'captain',
      after: [1, 20],
      odds: 0.5,
      say: `[[I agree with the chief.|Paint: I want to see the film thickness readings before the second coat.|Please all on the list by Thursday evening.|Who signs for the lifting?]]`,
    },
    {
      by: 'yard',
      after: [3, 40],
      odds: 0.7,
      say: `Dear all,

[[Corrected version attached, EUR {small} less.|Noted and agreed, our foreman was informed.|Readings attached, all above 350 microns.]]`,
      attach: ['xlsx:Film thickness'],
    },
    {
      by: 'superintendent',
      after: [5, 60],
      odds: 0.4,
      say: `[[Approved up to EUR {small}. Anything above comes to me first.|Thank you all. Owner visits on {date3}, please make the saloon walkable.|I miss the float-out date in the plan.]]`,
    },
  ],
};

export const management: Script = {
  subjects: [
    '[[Monthly report|Budget|Defect list|Internal audit]] {month} - {vessel}',
    'Fleet circular {digits}: [[enclosed spaces|lithium batteries on tenders|medical stores|hot work]]',
    '{vessel}: [[purchase orders over EUR 5,000|ISM review|crew rotation]]',
  ],
  lines: [
    {
      by: 'superintendent',
      to: ['captain', 'chief'],
      after: [0, 20],
      say: `All,

[[Please send the monthly report with running hours, ROB and open work orders by the 5th.|Attached the circular, to be read and signed by all concerned.|Engineering spares are 12 % above budget by now. What is still to come?|The internal audit is planned for {date3}.]]`,
      attach: ['link:Fleet circular {digits}.docx'],
    },
    {
      by: 'chief',
      after: [5, 90],
      odds: 0.7,
      say: `{to},

[[Report attached. Critical: none. Overdue: two, both waiting for parts.|Still to come: membranes, the gearbox samples and one set of fin seals.|Read and signed.|Running hours as of this morning in the sheet.]]`,
      attach: ['xlsx:Monthly report'],
    },
    {
      by: 'captain',
      after: [2, 60],
      odds: 0.5,
      say: `[[From the bridge: nothing to add.|Drills done as per matrix.|Noted.]]`,
    },
    {
      by: 'superintendent',
      after: [4, 60],
      odds: 0.4,
      say: `[[Thanks both.|Fine. Please keep the ORB scans coming.|Let us talk on Thursday, invitation follows.]]`,
    },
  ],
};

export const oilLab: Script = {
  subjects: ['Oil analysis report {digits} - {vessel} - [[normal|caution|normal|normal|action]]'],
  lines: [
    {
      by: 'lab',
      to: ['chief'],
      after: [0, 10],
      say: `Report {digits}
Unit: {equipment}, s/n {serial}
Hours on oil: {hours2}

[[All values normal. Resample at the usual interval.|Iron 42 ppm and chromium 6 ppm, trend rising. Resample in 100 hours.|Water 0.18 %. Check cooler and breather.|Viscosity 12 % low: fuel dilution suspected.|Particle count 20/18/15, change filters.]]`,
      attach: ['letter:Oil analysis', 'csv'],
    },
    {
      by: 'chief',
      to: ['lab'],
      cc: ['superintendent'],
      after: [4, 90],
      odds: 0.15,
      say: `Thanks. [[Was that the right sample? Labels of port and starboard may be swapped.|Resample goes out with the next agent.|Filters changed, next sample in 50 h.]]`,
    },
  ],
};
