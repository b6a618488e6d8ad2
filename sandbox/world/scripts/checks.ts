// Questions to makers, and the checks that come every year.
import type { Script } from '../play.ts';
import { ASK, HELLO, PLAN } from './openings.ts';

export const advice: Script = {
  subjects: ['{subject}'],
  lines: [
    {
      by: 'asker',
      to: ['contact'],
      after: [0, 18],
      say: `${ASK}

[[Have you seen this before?|What would you check next?|Any idea before I open it up?]] {refline}`,
      attach: ['photo'],
    },
    {
      by: 'contact',
      after: [3, 30],
      say: `${HELLO}

[[Could you record the values for 24 hours?|Please send the alarm log and the parameter file.|We need readings at 50, 75 and 100 % load before we say more.]] [[Meanwhile do not run above 80 %.|It can be the {partname}, we had two such cases this year.|Please check the wiring to {partname} first: it is nearly always the connector.]]`,
    },
    {
      by: 'asker',
      after: [20, 60],
      say: `{to}, [[log attached|here are the readings|data of the last day attached]]. [[The dip at 03:00 is when we changed over generators.|Temperature follows sea water, nothing jumps.|See the step at the end: that is when it tripped.]]`,
      attach: ['csv'],
    },
    {
      by: 'contact',
      after: [4, 40],
      say: `${HELLO}

[[Our engineering has looked at it.|Clear picture, thank you.|I discussed this with the colleague who commissioned your unit.]] [[The readings point to {partname}. Part number {partno}, EUR {price}, on stock.|Bleed the system again, first at the high point, then repeat the run.|Reset parameter 14.07 to 180 and tell me what it does.]]`,
    },
    {
      by: 'asker',
      after: [20, 90],
      odds: 0.7,
      say: `{to},

[[That was it. Runs clean now. {closeline}|Better, but not gone: it came back after six hours.|Found a green connector behind the panel. Cleaned, sealed, fault gone. {closeline}]]`,
    },
    {
      by: 'contact',
      after: [2, 30],
      odds: 0.4,
      say: `[[Great, thank you for the feedback.|Good find. I note it in the file of your unit.|Then please order {partno}; I reserve one for you until Friday.]]`,
    },
  ],
};

export const annualCheck: Script = {
  subjects: ['{subject}'],
  lines: [
    {
      by: 'asker',
      to: ['contact'],
      cc: ['captain', 'copied'],
      after: [0, 18],
      say: `${HELLO}

The [[annual service|annual check]] of {equipment} ({model}, s/n {serial}) is due. [[Can you attend in {port} about {date2}?|We are in {port} until {date3}. Do you have a slot?]] {problem} {refline}`,
    },
    {
      by: 'contact',
      after: [5, 48],
      say: `${HELLO}

[[Yes, {date2} is possible.|We pencilled you in for {date2}, 08:30.|We can collect on {date2} and return on {date3}.]] Price as last year plus 3 %. [[Consumables extra.|Please have the old certificates ready.|]]`,
      attach: ['quotation'],
    },
    {
      by: 'asker',
      after: [3, 50],
      say: `{to}, [[confirmed.|agreed, see you on {date2}.|that works for us.]] [[The certificate must name {vessel} and IMO {imo}.|Class wants to see the certificate this time, please with your approval number.|]] ${PLAN}.`,
    },
    {
      by: 'contact',
      cc: ['captain'],
      after: [90, 300],
      say: `${HELLO}

[[Certificate attached|Please find the certificate {certificate}]], [[originals by post to the agent.|signed copy was left on board.]] Remarks:

@findings`,
      attach: ['certificate', 'invoice'],
    },
    {
      by: 'captain',
      to: ['contact'],
      cc: ['asker'],
      after: [4, 60],
      odds: 0.4,
      say: `{to}, [[received with thanks|thank you]]. [[The date of expiry on page 1 does not match ours, please correct.|Filed on the bridge.|Please note our next visit for the same week next year.]]`,
    },
  ],
};
