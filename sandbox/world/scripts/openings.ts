// How mails about a job begin.
export const HELLO = '[[Good morning|Good day|Hello|Dear|Hi]] {to},';
export const PLAN = 'quoting [[{ref} on all papers|our reference {ref}|{ref}]]';

/** What is asked first: with the problem as the work order has it. */
export const ASK = `${HELLO}

[[Further to our call|We have the following on board and need your help|On {vessel} we have this|Please see below]]: {problem}

Unit: {equipment}, {model}, s/n {serial}, {location}.[[ Running hours {hours}.|]]`;
