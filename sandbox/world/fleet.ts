// The two demo yachts as demo/*.json describe them, and who writes to whom there.
import corvina from '../../demo/corvina.json' with { type: 'json' };
import meltemiRose from '../../demo/meltemi-rose.json' with { type: 'json' };

export type Equipment = {
  code: string;
  name: string;
  manufacturer: string | null;
  model: string | null;
  serial_number: string | null;
  location: string;
  system: string;
  parent_code: string | null;
};

export type WorkOrder = {
  wo_number: string;
  title: string;
  description: string;
  status: string;
  priority: string;
  equipment_code: string;
  assigned_to: string;
  created_days_ago: number;
  completed_days_ago: number | null;
};

export type Contact = { name: string; email: string; title: string; phone?: string };

export type Vendor = {
  name: string;
  domain: string;
  kind: string;
  city: string;
  country: string;
  serves: string[];
  contacts: Contact[];
};

export type CrewMember = { id: string; role: string; email: string; display_name: string; locale?: string };

export type Yacht = {
  yacht: {
    id: string;
    name: string;
    kind: string;
    imo: string;
    call_sign: string;
    class_no: string;
    gross_tonnage: number;
    length_m: number;
    manager: { name: string; domain: string; contacts: Contact[] };
  };
  crew: CrewMember[];
  equipment: Equipment[];
  work_orders: WorkOrder[];
  vendors: Vendor[];
};

export const FLEET: readonly Yacht[] = [corvina, meltemiRose];

/** A correspondent, with what stands under his or her mails. */
export type Person = {
  name: string;
  address: string;
  title?: string;
  firm?: string;
  phone?: string;
  country?: string;
};

const ROLE_TITLES: Record<string, string> = {
  captain: 'Captain',
  chief_engineer: 'Chief Engineer',
  eto: 'ETO',
  purser: 'Purser',
  crew: 'Deckhand',
};

export function crewPerson(yacht: Yacht, member: CrewMember): Person {
  return {
    name: member.display_name,
    address: member.email,
    title: ROLE_TITLES[member.role] ?? member.role,
    firm: yacht.yacht.name,
  };
}

/** The crew member of a role; on a small crew whoever does that work. */
export function crewByRole(yacht: Yacht, role: string): Person {
  const stand: Record<string, string> = { eto: 'chief_engineer', purser: 'captain', crew: 'chief_engineer' };
  const member =
    yacht.crew.find((one) => one.role === role) ?? yacht.crew.find((one) => one.role === stand[role]);
  if (!member) throw new Error(`${yacht.yacht.name} has nobody for "${role}".`);
  return crewPerson(yacht, member);
}

export function vendorPeople(vendor: Vendor): Person[] {
  return vendor.contacts.map((contact) => ({
    name: contact.name,
    address: contact.email,
    title: contact.title,
    firm: vendor.name,
    country: vendor.country,
    ...(contact.phone ? { phone: contact.phone } : {}),
  }));
}

export function managerPeople(yacht: Yacht): Person[] {
  const { manager } = yacht.yacht;
  return manager.contacts.map((contact) => ({
    name: contact.name,
    address: contact.email,
    title: contact.title,
    firm: manager.name,
    country: 'United Kingdom',
  }));
}

const served = new WeakMap<Yacht, Map<string, Vendor>>();

/** By equipment code, who makes or services it. Found once: every mail asks for it. */
function vendorsByCode(yacht: Yacht): Map<string, Vendor> {
  const known = served.get(yacht);
  if (known) return known;
  const found = new Map<string, Vendor>();
  for (const equipment of yacht.equipment) {
    const maker = equipment.manufacturer?.split(' ')[0];
    const vendor =
      (maker && yacht.vendors.find((one) => one.name.startsWith(maker))) ||
      yacht.vendors.find((one) => one.serves.includes(equipment.system));
    if (vendor) found.set(equipment.code, vendor);
  }
  served.set(yacht, found);
  return found;
}

/** Null when the yacht knows nobody for it. */
export const vendorFor = (yacht: Yacht, equipment: Equipment): Vendor | null =>
  vendorsByCode(yacht).get(equipment.code) ?? null;

/** The equipment about which there is somebody to write to. */
export const servedEquipment = (yacht: Yacht): Equipment[] =>
  yacht.equipment.filter((one) => one.model && vendorsByCode(yacht).has(one.code));

export function vendorOfKind(yacht: Yacht, kind: string): Vendor {
  const vendor = yacht.vendors.find((one) => one.kind === kind);
  if (!vendor) throw new Error(`${yacht.yacht.name} knows no ${kind}.`);
  return vendor;
}

export const vendorsOfKind = (yacht: Yacht, kind: string): Vendor[] =>
  yacht.vendors.filter((one) => one.kind === kind);
