// What yachts and the firms that keep them going write to each other about one job.
import type { Script } from '../play.ts';
import { ASK, HELLO, PLAN } from './openings.ts';

export const partsOrder: Script = {
  subjects: ['{subject}'],
  lines: [
    {
      by: 'asker',
      to: ['contact'],
      cc: ['copied'],
      after: [0, 20],
      say: `${ASK}

Please quote [[price and delivery for|for]]:

@list

Delivery to {port}[[, care of our agent|. We are there until {date2}|, we leave on {date2}]]. {refline}`,
      attach: [],
    },
    {
      by: 'contact',
      after: [2, 20],
      odds: 0.45,
      say: `${HELLO}

[[Thank you for your enquiry|Thanks for the request|Noted with thanks]]. [[Could you send a photo of the nameplate? There were two executions of this unit.|Please confirm the serial number, the parts differ from s/n 5000 on.|I have passed it to our technical department and will come back [[today|tomorrow]] with prices.]]`,
    },
    {
      by: 'asker',
      after: [1, 14],
      odds: 0.4,
      say: `{to},

[[Nameplate attached, serial number is {serial}.|See the pictures. Serial {serial}, confirmed on the unit itself.|Serial number as written below, I have just checked it with a torch: {serial}.]]`,
      attach: ['photo'],
    },
    {
      by: 'contact',
      after: [5, 52],
      say: `${HELLO}

[[Please find our quotation {quote} attached.|Herewith our offer {quote}.|As requested our quotation {quote}:]]

@parts

[[Delivery time {lead} ex works|Lead time is {lead}|{lead} from receipt of order]], [[one item is in stock|subject to prior sale|airfreight is possible at cost]]. [[We recommend to change the seals at the same time.|The old number {partno0} has been replaced by {partno}.|]] Validity 30 days.`,
      attach: ['quotation'],
    },
    {
      by: 'asker',
      after: [3, 40],
      odds: 0.5,
      say: `{to}, [[thanks|many thanks for the quick offer|received]].

[[{lead} is too long for us, we have guests from {date2}. Is there a unit in exchange, or can part of it go earlier?|The price for {partname} is well above what we paid last time. Can you look at it again?|Is the {partname} really needed as a complete set? We only have the one leaking.|Management asks for a second look at the price before I can raise the PO.]]`,
    },
    {
      by: 'contact',
      after: [4, 30],
      odds: 0.45,
      say: `${HELLO}

[[We can give 8 % on the whole if the order comes this week.|I found {partname} at our warehouse in Rotterdam, that can leave tomorrow; the rest follows.|I have spoken with production: we can do half of the time stated, no extra cost.|The set is only sold complete, sorry. But the total comes down by 5 % as a gesture.]] [[Shall I go ahead?|Please let me have your order.|]]`,
    },
    {
      by: 'asker',
      cc: ['purser', 'superintendent'],
      after: [4, 60],
      say: `{to},

[[Please proceed|Please take this as our order|Order confirmed as per your quotation {quote}]], ${PLAN}. [[Invoice to {vessel} c/o {manager}, copy to the purser.|Invoicing as usual.|]]

[[Ship to {agent}, {port}, "yacht in transit".|Please mark the box "{vessel} in transit" and send the AWB as soon as you have it.|Delivery address follows, we are deciding on the next port today.]]`,
    },
    {
      by: 'contact',
      after: [3, 30],
      say: `${HELLO}

[[Thank you for the order.|Order received with thanks.|Many thanks, well noted.]] [[Our order confirmation {order} is attached.|Please check our confirmation {order} and come back to me at once if something is wrong.]] [[Planned dispatch in {lead}.|]]`,
      attach: ['confirmation'],
    },
    {
      by: 'contact',
      to: ['asker'],
      after: [60, 260],
      odds: 0.3,
      say: `${HELLO}

[[Unfortunately {partname} is delayed at our sub-supplier.|Bad news: the {partname} did not pass our incoming inspection.|There is a delay of about one week with {partno}.]] [[The rest is packed. Shall we wait or ship in two lots?|New date is {date3}. Sorry for this.|]]`,
    },
    {
      by: 'asker',
      after: [1, 16],
      odds: 0.25,
      say: `[[Not good.|{to},|Thanks for telling me.]] [[Ship what you have today and the rest to the next port.|We will wait for the complete lot, but {date3} is the latest.|How sure is {date3}? I must tell the captain something.]]`,
    },
    {
      by: 'contact',
      cc: ['agent'],
      after: [70, 400],
      say: `${HELLO}

[[The goods left today|Your order {order} was dispatched|Collected by the courier this afternoon]]: 1 [[carton|box|wooden case]], {weight} kg, AWB {awb}. [[Expected in {port} on {date3}.|Transit time 2 to 3 days.|]] [[Commercial invoice with the goods.|Customs papers are with the agent.|]]`,
      attach: ['invoice'],
    },
    {
      by: 'asker',
      after: [48, 160],
      odds: 0.7,
      say: `{to},

[[Box on board, all complete. Thank you.|Received, but one O-ring set is missing (p/n {partno}). Please send by post to the same address.|Parts arrived and fitted, running well since yesterday. {closeline}|Received in good order. We will fit it at the next quiet day.]]`,
    },
    {
      by: 'contact',
      after: [3, 30],
      odds: 0.35,
      say: `{to}, [[glad to hear it.|sorry about that, the missing part leaves today without charge.|perfect. Please keep the old unit for the core credit, return label attached.]] [[Fair winds!|Have a good season.|]]`,
    },
  ],
};

export const serviceVisit: Script = {
  subjects: ['{subject}'],
  lines: [
    {
      by: 'asker',
      to: ['contact'],
      cc: ['copied', 'captain'],
      after: [0, 20],
      say: `${ASK}

[[We would like one of your technicians on board|Please offer a service visit]] in {port} between {date2} and {date3}. [[What do you need from us?|Please state rates and travel.|]] {refline}`,
    },
    {
      by: 'contact',
      after: [6, 40],
      say: `${HELLO}

[[{tech} is available from {date2}.|We can send {tech}, who knows {vessel} from the last visit.|Our planning is tight, but {date2} is possible with {tech}.]] Rates: EUR 98.00 per hour, travel time EUR 72.00, hotel and flights at cost plus 5 %. [[Estimated two days on board.|We expect one long day plus test.|]]

[[Please prepare: unit cold and isolated, two pairs of hands for lifting, the last oil analysis.|Parts which may be needed:|We would bring:]]

@list`,
      attach: ['quotation'],
    },
    {
      by: 'asker',
      cc: ['captain', 'purser'],
      after: [4, 40],
      say: `{to},

[[Agreed, please book.|Dates are fine.|Captain agrees. Please go ahead.]] Berth is {port}, [[gangway from 08:00, ID at the gate.|I need passport details of {tech} for the gate pass.|a crew cabin is free for the nights.]] ${PLAN}.`,
    },
    {
      by: 'contact',
      after: [5, 60],
      odds: 0.7,
      say: `${HELLO}

{tech} [[arrives on {date2} at 10:35|lands on {date2}, hire car, on board about noon]]. [[Mobile number follows.|He has the diagnostic laptop and tools with him, 34 kg.|Please tell the gate.]]`,
    },
    {
      by: 'tech',
      to: ['asker'],
      cc: ['contact', 'captain'],
      after: [70, 240],
      say: `${HELLO}

[[Thank you for the good work together on board.|Back in the office, here is my report {report}.|Report {report} as promised.]] In short:

@findings

[[Photos on request.|Signed copy is in your file on board.|]] {refline}`,
      attach: ['report', 'photo'],
    },
    {
      by: 'asker',
      after: [4, 80],
      odds: 0.65,
      say: `{to},

[[Thanks, good report. On the first point: how long can we run like this?|One question to finding 2: is the wear within your limits or not? Class will ask.|Can you quote the parts that you recommend, so that I can budget them?|Running well since. One remark, the pressure settles a little lower than in your sheet.]]`,
    },
    {
      by: 'tech',
      after: [6, 60],
      odds: 0.55,
      say: `${HELLO}

[[It is within limits today. I would check again in 250 hours.|No problem up to the next yard period, but take an oil sample each month.|Lower is correct: the sheet is from the old pump. Limit is minus 15 %.|I asked our engineering: replace at the latest at 2,000 hours more.]]`,
      attach: [],
    },
    {
      by: 'contact',
      to: ['asker'],
      cc: ['purser'],
      after: [60, 220],
      say: `${HELLO}

[[Please find our invoice {invoice} for the visit.|Invoice {invoice} attached, hours as signed on board.]] [[Travel was cheaper than quoted.|Two hours waiting time at the gate are included, sorry.|]]`,
      attach: ['invoice'],
    },
  ],
};
