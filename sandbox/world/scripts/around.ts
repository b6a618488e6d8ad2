// What a job sets off around it: freight, money, talk on board, a maker's bulletin.
import type { Script } from '../play.ts';

export const freight: Script = {
  subjects: [
    '[[Pre-alert|Shipment]] AWB {awb} - {vessel} - {partname}',
    'AWB {awb} / spares for {vessel} in transit / {port}',
    '{vessel}: collection from {firm}, [[1|2]] pkgs',
  ],
  lines: [
    {
      by: 'forwarder',
      to: ['asker'],
      cc: ['agent', 'captain'],
      after: [0, 10],
      say: `[[Dear|Good day]] {to},

[[Please note the following pre-alert.|We collected today for you:]]

Shipper: {firm}
Consignee: Master of {vessel}, yacht in transit, c/o {agent}
Pieces: 1, {weight} kg, contents {partname}
AWB {awb}, ETA {port} {date3}
Reference: {reforder}`,
      attach: ['letter:Airway bill'],
    },
    {
      by: 'agent',
      to: ['asker'],
      cc: ['forwarder', 'captain'],
      after: [20, 80],
      say: `[[Good morning|Hello]] {to},

[[Shipment arrived at the airport. Customs asks for the transit declaration with stamp and copy of the registry.|Customs stopped it: the invoice shows no customs tariff number. Can you ask the supplier?|Cleared today, we deliver to the passerelle tomorrow 09:00.]]`,
    },
    {
      by: 'asker',
      after: [1, 20],
      odds: 0.6,
      say: `{to}, [[stamped copy attached.|tariff number as per supplier is 8409 99. Corrected invoice attached.|thank you, the deck will be told.]]`,
      attach: ['letter:Transit declaration'],
    },
    {
      by: 'agent',
      after: [5, 50],
      odds: 0.7,
      say: `[[Delivered and signed by the gangway watch.|Delivered this morning, one carton, outside damaged a little, please check.|With you tomorrow first thing.]]`,
      attach: ['letter:Proof of delivery'],
    },
  ],
};

export const payment: Script = {
  subjects: [
    'Invoice {invoice} - {vessel}',
    'Reminder: invoice {invoice}',
    '{firm}: statement of account, {vessel}',
  ],
  lines: [
    {
      by: 'accounts',
      to: ['purser'],
      cc: ['asker'],
      after: [0, 30],
      say: `Dear {to},

[[Attached please find our invoice {invoice} over EUR {total}.|According to our books invoice {invoice} over EUR {total} is open since {date1}.|Please find invoice and statement of account.]] [[Your reference {reforder}.|]]`,
      attach: ['invoice'],
    },
    {
      by: 'purser',
      to: ['asker'],
      after: [2, 40],
      odds: 0.6,
      say: `{to}, [[can you approve this one?|ok to pay? I find no PO with this number.|is this the one for {equipment}?]]`,
    },
    {
      by: 'asker',
      to: ['purser'],
      after: [1, 40],
      odds: 0.6,
      say: `[[Approved.|OK to pay, parts are on board. {refline}|Not yet please. One item is missing, I am on it.|Yes, this is {reforder}.]]`,
    },
    {
      by: 'purser',
      to: ['accountant'],
      cc: ['accounts'],
      after: [2, 60],
      odds: 0.5,
      say: `{to}, [[approved by the chief, please pay with Friday's run.|please pay, cost code 4410.|for payment please, coded to engineering spares.]]`,
      attach: ['invoice'],
    },
  ],
};

export const onBoard: Script = {
  subjects: ['{title}', '{ref} {title}', '{ref}', '{equipment}', 'FYI {equipment}'],
  lines: [
    {
      by: 'asker',
      to: ['captain'],
      cc: ['copied'],
      after: [0, 12],
      say: `{to},

[[For your information:|To be aware of:|Short update.]] {problem} [[I have written to {firm}.|No effect on the trip.|We can run with it, but I want it done before {date2}.|Spare is on board, we do it tonight.]] {refline}`,
    },
    {
      by: 'captain',
      after: [1, 12],
      odds: 0.75,
      say: `[[Thanks {to}.|Understood.|OK.]] [[Does class need to know?|What does it cost?|Keep me posted, boss is on from {date2}.|Put it on the list for the yard as well.|Do it alongside, not at anchor please.]]`,
    },
    {
      by: 'asker',
      after: [1, 20],
      odds: 0.6,
      say: `[[No, not a class item.|I told the surveyor already, he wants a photo when done.|About EUR {total}, in the budget.|Fine.]] [[Will close {ref} when tested.|]]`,
    },
    {
      by: 'copied',
      to: ['asker'],
      cc: ['captain'],
      after: [2, 40],
      odds: 0.3,
      say: `[[I can help on Thursday.|Tools are back in the workshop, the 32 mm is missing.|Done, all tidied up. Photos attached.]]`,
      attach: ['photo'],
    },
  ],
};

export const bulletin: Script = {
  subjects: [
    'Service bulletin {bulletin}: {model}',
    '{firm} - technical information {bulletin}',
    'Safety notice {bulletin} for {model} [[from s/n 2000|all units]]',
  ],
  lines: [
    {
      by: 'contact',
      to: ['asker'],
      cc: ['superintendent'],
      after: [0, 24],
      say: `To all [[owners and operators|users]] of {model},

[[Attached our bulletin {bulletin}. Your unit s/n {serial} is concerned.|Please find enclosed bulletin {bulletin}, subject: {partname}.|We ask you to check {partname} at the next opportunity and to return the reply form.]]`,
      attach: ['letter:Service bulletin'],
    },
    {
      by: 'asker',
      after: [10, 200],
      odds: 0.55,
      say: `{to},

[[Checked on our unit {serial}, already the new type.|Ours is the old execution. Is the kit free of charge?|Noted. We will do it in the yard.]]`,
      attach: ['photo'],
    },
    {
      by: 'contact',
      after: [10, 90],
      odds: 0.5,
      say: `[[Thank you, I update the register.|The kit {partno} is free of charge within two years of the bulletin, labour is not. Where shall we send it?|Well noted.]]`,
    },
  ],
};

export const warranty: Script = {
  subjects: [
    'Warranty claim {claim}: {equipment}',
    '{vessel} - {model} s/n {serial} - warranty',
    'Claim {claim} / {partname}',
  ],
  lines: [
    {
      by: 'asker',
      to: ['contact'],
      cc: ['superintendent'],
      after: [0, 20],
      say: `[[Dear|Hello]] {to},

{partname} (p/n {partno}), fitted on {date1}, failed after {hours2} hours. [[Photos attached.|The old part is boxed and ready to return.]] [[We ask for replacement under warranty.|In our view this is a warranty case.]]`,
      attach: ['photo'],
    },
    {
      by: 'contact',
      after: [10, 70],
      say: `{to},

[[Claim {claim} opened.|We registered your claim under {claim}.]] [[Please return the part for inspection, label attached.|Was the commissioning done by an authorised technician? Please send the report.|Which lubricant was used?]]`,
      attach: ['letter:Claim form'],
    },
    {
      by: 'asker',
      after: [10, 70],
      odds: 0.7,
      say: `[[Sent today with the courier.|See the commissioning report.|As per your manual, certificate of the oil attached.]]`,
      attach: ['xlsx:Running hours'],
    },
    {
      by: 'contact',
      after: [100, 400],
      odds: 0.8,
      say: `{to},

[[Accepted. A new part leaves this week.|Our inspection shows running dry as the cause, so we must decline. As goodwill we offer 40 % on the new part.|Accepted without prejudice.]]`,
      attach: ['letter:Inspection result'],
    },
    {
      by: 'asker',
      after: [4, 50],
      odds: 0.5,
      say: `[[Thank you, fair.|I do not agree: the pump had inlet pressure all the time, see the log. Please look again.|OK, go ahead with the 40 %.]]`,
      attach: ['csv'],
    },
  ],
};

/** What technicians find, by nothing but experience. */
export const FINDINGS = [
  'Wear on the shaft in way of the seal 0.08 mm; sleeve fitted, seal renewed.',
  'Mounting bolts found slack (two of eight). Retightened to 210 Nm and marked.',
  'Connector X12 corroded, cleaned and sealed. Loom should be renewed at the next yard period.',
  'Alignment checked: 0.06 mm parallel, 0.04 mm angular. Within limits.',
  'Oil sample taken. Visual condition good, no water.',
  'Cooler found 40 % blocked by mussels. Cleaned mechanically, pressure tested 4 bar, tight.',
  'Software updated to the latest release, parameters saved on board and at our office.',
  'Bearing on the drive end noisy (SPM 31 dB). Recommended to be changed within 500 hours.',
  'Relief valve opened at 78 bar instead of 70. Adjusted and sealed.',
  'Insulation resistance 1.2 MOhm, low but acceptable. Heating must stay on when stopped.',
  'Pressure sensor drifting by 0.4 bar. Replaced from the spares on board.',
  'Filter elements were of another make. Original ones fitted.',
  'Emergency stop and all shutdowns tested with the crew, all in order.',
  'Hoses dated eight years ago. To be renewed, list attached.',
  'Foundation crack 20 mm found at frame 44, ground out and rewelded by the yard.',
  'Anodes 70 % consumed. Renewed.',
  'Unit performance 92 % of the figure at commissioning.',
  'Leak at flange found with dye, gasket renewed, dry after two hours at full load.',
];
