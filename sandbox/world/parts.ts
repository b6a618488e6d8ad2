// Spare parts that fit a piece of equipment, with its maker's part numbers and prices.
import type { Equipment } from './fleet.ts';
import type { Random } from './random.ts';

export type PartLine = { number: string; name: string; quantity: number; price: number };

/** Names apart by a bar. */
const BY_SYSTEM: Record<string, string> = {
  Propulsion:
    'Mechanical seal kit, raw water pump|Impeller|Fuel filter element, duplex|Lube oil filter cartridge|Valve cover gasket|Injector, exchange|Pressure sensor 0-10 bar|Speed sensor, turbocharger|Zinc anode, intercooler|O-ring set, cooler|Crankcase breather element|Coupling element|Shaft seal ring, split|Gasket kit, exhaust manifold|Wiring loom, sensor',
  Manoeuvring:
    'Seal kit, gear leg|Propeller nut with lock plate|Cooling fan, drive cabinet|Filter mat set|Control card|EAL gear oil, 20 l|Anode set, tunnel|Limit switch',
  Steering:
    'Cylinder hose set with fittings|Relief valve cartridge|Pump coupling, flexible|Rod seal kit|Pressure switch 0-250 bar|Return filter element|Solenoid valve 24 V|Rudder feedback unit',
  Stabilisers:
    'Lip seal kit, fin shaft|Upper bearing|Lower bearing bush|Proportional valve|Pressure filter element|Return filter element|Accumulator bladder 20 l|Angle sensor|Hydraulic hose 3/4", 2.4 m',
  Electrical:
    'Heat exchanger gasket set|Tube stack O-ring|AVR card|Alternator bearing, drive end|Alternator bearing, non-drive end|Capacitor bank C11-C16|Cooling fan 400 V|Governor actuator|Battery 12 V 230 Ah AGM|Synchronising module|V-belt set|Thermostat|Injector nozzle|Block heater 1.5 kW',
  'Fresh water':
    'Membrane 40 x 40, sea water|End cap seal set|HP relief valve kit|Valve assembly, HP pump|Plunger seal kit|Conductivity cell|Cartridge filter 5 micron|Cartridge filter 20 micron|UV lamp 80 W|Quartz sleeve|Bladder, pressure vessel|Mechanical seal, feed pump',
  'Fuel and lube oil':
    'Bowl seal kit 4,000 h|Bearing set, bowl spindle|Friction pad|Coupling rubber element|Solenoid valve block|Gear pump, feed|Gravity disc 79 mm',
  'Bilge and environment':
    '15 ppm monitor, exchange|Coalescer element|Mechanical seal, bilge pump|Impeller, bronze|Wear ring|Three-way valve actuator|Sample cell glass',
  Sewage:
    'Membrane stack MBR|Ejector non-return valve|Mechanical seal 28 mm|Blower bearing kit|Blower belt|Level switch|Macerator knife set|Chlorine dosing pump|Vacuum switch',
  HVAC: 'Compressor oil pump|Oil differential switch|Refrigerant filter drier|Condenser purge valve|Expansion valve|Condenser end cover gasket|Fan motor 5.5 kW|Bearing set, fan|Pressure transmitter|Zinc pencil anode|Frequency drive 18.5 kW',
  Refrigeration:
    'Evaporator heater 1,200 W|Drain heater|Door gasket, cold room|Thermostatic valve|Compressor contactor|Defrost timer|Fan motor, evaporator',
  'Deck machinery':
    'Brake lining set|Gearbox shaft seal|Hydraulic hose set|Counterbalance valve|Cylinder seal kit|Limit switch IP68|Wire rope 14 mm, 32 m, certified|Foot switch|Gypsy 26 mm|Remote control transmitter|Cylinder rod, chromed',
  Tenders:
    'Gimbal bearing|Exhaust bellows|Universal joint bellows|Anode kit|Impeller kit|Fuel filter, water separating|Spark plug|Starter motor|Steering cable|Propeller, stainless',
  Navigation:
    'Magnetron 25 kW|Drive belt, scanner|Gyro sphere|NMEA splitter|Antenna tuner|Display LCD 24"|Float-free capsule battery|Reserve battery 24 V|Coaxial cable, 30 m|Pilot plug|Software licence, annual',
  'Fire and safety':
    'Smoke detector, optical|Heat detector 78 C|Loop card|Unloader valve kit|Flexible discharge hose|Nozzle, water mist|Cylinder valve|BA demand valve|Hydrostatic release|Manual call point',
  'AV and IT':
    'Fan tray, core switch|Access point, outdoor|UPS battery pack|Float switch, magnetic|Antenna control unit|BUC 16 W|SFP module|Camera, dome, IP67',
  Hotel:
    'Heating element 9 kW|Mechanical seal, pool pump|Flow switch|Door gasket|Door contact, lift|Lift rope 8 mm|Thermostatic mixing valve|Circulation pump',
  'Sailing systems':
    'Brake disc set|Encoder, absolute|Gearbox seal kit|Mandrel bearing|Universal joint|Hydraulic motor|Swivel bearing set|Lock valve, keel cylinder|Sheave 120 mm|Rod end fitting|Turnbuckle',
  General: 'Hose clamp set|Gasket sheet 1.5 mm|O-ring assortment',
};

/** Part numbers that look like a work order and are none: what must never be linked. */
export const NEAR_MISSES = ['TWO-1042', 'AWO-1015', 'WO-10', 'TWO-1018', 'WO-10425', 'XWO-1044'] as const;

/** Within a system: what fits a kind of equipment, by its name. */
const BY_NAME: [RegExp, string][] = [
  [
    /raw water pump/i,
    'Mechanical seal kit, raw water pump|Impeller|Bearing set, pump|Wear plate|Exchange pump, complete',
  ],
  [
    /turbo/i,
    'Speed sensor, turbocharger|Exchange turbocharger|Oil drain gasket|Wiring loom, sensor|V-band clamp',
  ],
  [/control unit/i, 'Exchange control unit|Connector kit X41/X42|Wiring loom, sensor|Terminating resistor'],
  [/gearbox/i, 'Oil filter element|Magnetic plug|Clutch plate set|Shaft seal ring|Pressure sensor 0-25 bar'],
  [
    /shaft line|propeller/i,
    'Shaft seal ring, split|Bellows, stern tube|Inflatable seal|Hub O-ring set|Blade seal set',
  ],
  [
    /converter|inverter|transformer/i,
    'Capacitor bank C11-C16|Cooling fan 400 V|IGBT module|Control card|Contactor 250 A',
  ],
  [/batter|ups/i, 'Battery 12 V 230 Ah AGM|Cell connector set|Fuse 400 A|BMS module|Charger card'],
  [/switchboard|management/i, 'Synchronising module|Governor actuator|Voltage transducer|Relay 24 V'],
  [
    /generator|alternator/i,
    'Heat exchanger gasket set|Tube stack O-ring|AVR card|Alternator bearing, drive end|V-belt set|Thermostat|Injector nozzle|Block heater 1.5 kW|Exhaust elbow|Starter battery',
  ],
  [
    /hydrophore|pressure set|calorifier/i,
    'UV lamp 80 W|Quartz sleeve|Bladder, pressure vessel|Flange gasket|Thermostatic mixing valve|Heating element 6 kW|Anode, calorifier',
  ],
  [
    /watermaker|high pressure pump/i,
    'Membrane 40 x 40, sea water|End cap seal set|HP relief valve kit|Valve assembly, HP pump|Plunger seal kit|Conductivity cell|Cartridge filter 5 micron',
  ],
  [
    /air handling|fans/i,
    'Bearing set, fan|V-belt set|Frequency drive 18.5 kW|Fan motor 5.5 kW|Damper actuator|Filter mat set',
  ],
  [
    /windlass|capstan/i,
    'Brake lining set|Gearbox shaft seal|Foot switch IP68|Gypsy 26 mm|Gear oil, 4 l|Band brake spring',
  ],
  [
    /crane|davit/i,
    'Luffing cylinder rod, chromed|Cylinder seal kit|Wire rope 14 mm, 32 m, certified|Limit switch IP68|Remote control transmitter|Hydraulic hose set',
  ],
  [
    /passerelle|shell door/i,
    'Hydraulic hose set|Counterbalance valve|Cylinder seal kit|Limit switch IP68|Slewing bearing pad',
  ],
  [
    /radar/i,
    'Magnetron 25 kW|Drive belt, scanner|Turning unit bearing set|Display LCD 24"|Coaxial cable, 30 m',
  ],
  [/gyro/i, 'Gyro sphere|NMEA splitter|Supporting liquid, 1 l|Slip ring set'],
  [/gmdss/i, 'Antenna tuner|Reserve battery 24 V|Handset|Coaxial connector set'],
  [
    /ecdis|recorder|ais|autopilot/i,
    'Software licence, annual|Float-free capsule battery|Pilot plug|Hard disk, ruggedised|NMEA splitter',
  ],
  [/fire detection/i, 'Smoke detector, optical|Heat detector 78 C|Loop card|Manual call point|Detector base'],
  [
    /mist|gas system/i,
    'Unloader valve kit|Flexible discharge hose|Nozzle, water mist|Cylinder valve|Pilot cylinder',
  ],
  [/breathing/i, 'BA demand valve|Face mask|Compressor filter cartridge|Cylinder 6.8 l'],
  [/liferaft/i, 'Hydrostatic release|Painter line|Emergency pack SOLAS B|Gas cylinder'],
  [/jacuzzi|pool/i, 'Flow switch|Mechanical seal, pool pump|Heater 9 kW|Jet nozzle'],
  [/lift/i, 'Door contact, lift|Lift rope 8 mm|Guide shoe'],
  [/winch/i, 'Brake disc set|Encoder, absolute|Gearbox seal kit|Level wind nut|Hydraulic motor'],
  [/furler/i, 'Mandrel bearing|Universal joint|Swivel bearing set|Shaft seal kit|Hydraulic motor'],
  [/mast/i, 'Rod end fitting|Turnbuckle|Sheave 120 mm|Backstay cylinder seal kit|Spreader tip'],
  [/keel/i, 'Lock valve, keel cylinder|Cylinder seal kit|Guide pad|Position sensor'],
];

export type PartsWish = { random: Random; wanted: string };

/** Two to five parts; first those that the text of the work order speaks of. */
export function partsFor(equipment: Equipment, { random, wanted }: PartsWish): PartLine[] {
  const byName = BY_NAME.find(([name]) => name.test(equipment.name))?.[1];
  const names = (byName ?? BY_SYSTEM[equipment.system] ?? BY_SYSTEM.General ?? '').split('|');
  const prefix = (equipment.manufacturer ?? equipment.system)
    .replace(/[^A-Za-z]/g, '')
    .slice(0, 2)
    .toUpperCase();
  const text = wanted.toLowerCase();
  const spokenOf = (name: string) =>
    name
      .toLowerCase()
      .split(/[^a-z]+/)
      .filter((word) => word.length > 3 && text.includes(word)).length;
  const chosen = random.sample(names, names.length).sort((a, b) => spokenOf(b) - spokenOf(a));
  return chosen.slice(0, random.int(2, 4)).map((name) => ({
    number: partNumber(prefix, random),
    name,
    quantity: /kit|set|exchange|complete|module|card|licence/i.test(name)
      ? 1
      : random.pick([1, 1, 2, 2, 4, 6]),
    price: priceOf(name, random),
  }));
}

function priceOf(name: string, random: Random): number {
  const level = /exchange|membrane|sphere|IGBT|rod|magnetron|drive 18|bank/i.test(name)
    ? [890, 1350, 2890]
    : /O-ring|filter|gasket|fuse|plug|resistor|belt|anode|clamp|oil/i.test(name)
      ? [12, 18, 36, 58]
      : [74, 128, 240, 415];
  return Math.round(random.pick(level) * (0.8 + random.next() * 0.5) * 100) / 100;
}

function partNumber(prefix: string, random: Random): string {
  const digits = (count: number) => Array.from({ length: count }, () => random.int(0, 9)).join('');
  if (random.chance(0.03)) return random.pick(NEAR_MISSES);
  return random.pick([
    `${prefix}-${digits(2)}-${digits(5)}`,
    `${digits(3)}.${digits(3)}.${digits(2)}`,
    `${prefix}${digits(7)}`,
    `${digits(4)}-${digits(4)}-${random.pick(['A', 'B', 'C', '01'])}`,
  ]);
}

export const money = (amount: number): string => amount.toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

export const totalOf = (parts: PartLine[]): number =>
  parts.reduce((sum, part) => sum + part.quantity * part.price, 0);
