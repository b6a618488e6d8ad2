// How each of the seven keeps a mailbox: the tree, in the owner's language, and what is filed where.

export type Cabinet = {
  /** Topic (or its part before the colon) to a path below the inbox or the root. */
  filing: Record<string, string>;
  /** Folders that exist without being filed to. */
  extra: string[];
  hidden: string[];
  /** Name and filter of search folders. */
  searches: [name: string, filter: string][];
};

const HIDDEN = ['Conversation Action Settings', 'Quick Step Settings'];

const chiefEngineer: Cabinet = {
  filing: {
    'vendor:Propulsion': 'inbox/Vendors/Main engines',
    'vendor:Electrical': 'inbox/Vendors/Generators & electrical',
    'vendor:Fresh water': 'inbox/Vendors/Watermakers',
    'vendor:HVAC': 'inbox/Vendors/HVAC & cold rooms',
    'vendor:Refrigeration': 'inbox/Vendors/HVAC & cold rooms',
    'vendor:Stabilisers': 'inbox/Vendors/Stabilisers',
    'vendor:Manoeuvring': 'inbox/Vendors/Thrusters & steering',
    'vendor:Steering': 'inbox/Vendors/Thrusters & steering',
    'vendor:Deck machinery': 'inbox/Vendors/Deck machinery',
    'vendor:Sewage': 'inbox/Vendors/Sewage & bilge',
    'vendor:Bilge and environment': 'inbox/Vendors/Sewage & bilge',
    'vendor:Tenders': 'inbox/Vendors/Tenders',
    vendor: 'inbox/Vendors',
    class: 'inbox/Class & flag',
    flag: 'inbox/Class & flag/Flag',
    refit: 'inbox/Refit/Yard',
    freight: 'Spares/Shipping',
    invoice: 'Spares/Invoices',
    lab: 'inbox/Oil lab',
    management: 'inbox/Management',
    newsletter: 'Newsletters',
    bounce: 'inbox',
    meeting: 'inbox',
    'private:bank': 'Private/Bank',
    'private:house': 'Private/Flat',
    private: 'Private',
  },
  extra: [
    'inbox/Refit/Snag list',
    'inbox/Refit/2024',
    'Spares/Quotations',
    'Handover',
    'Old yacht/Engine room',
  ],
  hidden: HIDDEN,
  searches: [['Unanswered vendors', "isRead eq false and contains(from/emailAddress/address, '.example')"]],
};

const captain: Cabinet = {
  filing: {
    class: 'inbox/Class',
    flag: 'inbox/Flag & certificates',
    agency: 'inbox/Agents',
    marina: 'inbox/Agents/Berths',
    charter: 'inbox/Charter',
    refit: 'inbox/Refit',
    'vendor:Fire and safety': 'inbox/Technical/Safety',
    'vendor:Navigation': 'inbox/Technical/Bridge',
    vendor: 'inbox/Technical',
    freight: 'inbox/Technical',
    management: 'inbox/Management',
    travel: 'inbox/Crew/Travel',
    crew: 'inbox/Crew',
    newsletter: 'Reading',
    'private:bank': 'Private/Bank',
    'private:house': 'Private/House',
    private: 'Private',
  },
  extra: ['inbox/Crew/CVs', 'inbox/Charter/2025', 'inbox/Owner', 'Passage plans', 'Passage plans/Atlantic'],
  hidden: HIDDEN,
  searches: [['Large mail', 'hasAttachments eq true']],
};

const eto: Cabinet = {
  filing: {
    'vendor:Navigation': 'inbox/Bridge',
    'vendor:AV and IT': 'inbox/AV-IT',
    'vendor:Electrical': 'inbox/Power',
    vendor: 'inbox/Other vendors',
    refit: 'inbox/Refit',
    freight: 'inbox/Spares',
    invoice: 'inbox/Spares',
    newsletter: 'News',
    management: 'inbox/Office',
    travel: 'Osobiste/Podróże',
    private: 'Osobiste',
    'private:bank': 'Osobiste/Bank',
  },
  extra: ['inbox/Bridge/Radar', 'inbox/Bridge/GMDSS', 'inbox/AV-IT/Satcom', 'inbox/Licences'],
  hidden: HIDDEN,
  searches: [['Licences', "contains(subject, 'licence')"]],
};

const purser: Cabinet = {
  filing: {
    invoice: 'inbox/Comptabilité/Factures',
    provisioning: 'inbox/Avitaillement',
    charter: 'inbox/Charters',
    agency: 'inbox/Agents et douane',
    marina: 'inbox/Agents et douane/Ports',
    travel: 'inbox/Équipage/Voyages',
    crew: 'inbox/Équipage',
    vendor: 'inbox/Technique',
    management: 'inbox/Bureau',
    newsletter: 'Lettres d’information',
    'private:bank': 'Privé/Banque',
    'private:house': 'Privé/Appartement',
    private: 'Privé',
  },
  extra: [
    'inbox/Comptabilité/À payer',
    'inbox/Comptabilité/APA',
    'inbox/Invités',
    'Contrats',
    'Contrats/Équipage',
  ],
  hidden: HIDDEN,
  searches: [['Factures à traiter', "contains(subject, 'Invoice') and isRead eq false"]],
};

const deckhand: Cabinet = {
  filing: {
    vendor: 'inbox/Deck',
    'vendor:Tenders': 'inbox/Deck/Tenders',
    crew: 'inbox/Crew',
    newsletter: 'Jobs & news',
    travel: 'inbox/Flights',
    private: 'Casa',
    'private:bank': 'Casa/Banco',
  },
  extra: ['inbox/Courses', 'inbox/Courses/STCW', 'inbox/Paint', 'Casa/Fotos', 'Surf'],
  hidden: HIDDEN,
  searches: [['Flagged', "flag/flagStatus eq 'flagged'"]],
};

const greekCaptain: Cabinet = {
  filing: {
    class: 'inbox/Νηογνώμονας',
    flag: 'inbox/Νηογνώμονας/Σημαία',
    agency: 'inbox/Πράκτορες',
    marina: 'inbox/Πράκτορες/Μαρίνες',
    charter: 'inbox/Ναυλώσεις',
    provisioning: 'inbox/Τροφοδοσία',
    vendor: 'inbox/Τεχνικά',
    'vendor:Sailing systems': 'inbox/Τεχνικά/Ιστία',
    'vendor:Navigation': 'inbox/Τεχνικά/Γέφυρα',
    refit: 'inbox/Τεχνικά/Ναυπηγείο',
    management: 'inbox/Γραφείο',
    travel: 'inbox/Πλήρωμα',
    newsletter: 'Newsletters',
    'private:bank': 'Προσωπικά/Τράπεζα',
    private: 'Προσωπικά',
  },
  extra: ['inbox/Πλήρωμα/Βιογραφικά', 'Αγώνες'],
  hidden: HIDDEN,
  searches: [['Αδιάβαστα', 'isRead eq false']],
};

const germanChief: Cabinet = {
  filing: {
    'vendor:Propulsion': 'inbox/Lieferanten/Hauptmaschine',
    'vendor:Electrical': 'inbox/Lieferanten/Elektrik',
    'vendor:Sailing systems': 'inbox/Lieferanten/Winschen und Rigg',
    'vendor:Fresh water': 'inbox/Lieferanten/Wassermacher',
    vendor: 'inbox/Lieferanten',
    class: 'inbox/Klasse',
    refit: 'inbox/Werft/Mängelliste',
    freight: 'inbox/Ersatzteile/Versand',
    invoice: 'inbox/Ersatzteile/Rechnungen',
    lab: 'inbox/Öllabor',
    management: 'inbox/Büro',
    newsletter: 'Rundbriefe',
    'private:bank': 'Privat/Bank',
    'private:house': 'Privat/Wohnung',
    private: 'Privat',
  },
  extra: ['inbox/Werft/Angebote', 'Übergabe', 'Übergabe/Fotos'],
  hidden: HIDDEN,
  searches: [['Ungelesene Angebote', "contains(subject, 'Angebot') and isRead eq false"]],
};

const BY_ROLE: Record<string, Cabinet> = {
  captain,
  chief_engineer: chiefEngineer,
  eto,
  purser,
  crew: deckhand,
};

const BY_LOCALE: Record<string, Cabinet> = { el: greekCaptain, de: germanChief, fr: purser };

export function cabinetOf(member: { role: string; locale?: string }): Cabinet {
  return BY_LOCALE[member.locale ?? ''] ?? BY_ROLE[member.role] ?? deckhand;
}

/** Where a topic is filed; the inbox when nobody cared to make a folder for it. */
export function folderFor(cabinet: Cabinet, topic: string): string {
  return cabinet.filing[topic] ?? cabinet.filing[topic.split(':')[0] ?? ''] ?? 'inbox';
}

/** All folders of a cabinet with their parents, parents first. */
export function foldersOf(cabinet: Cabinet): string[] {
  const paths = new Set<string>();
  for (const path of [...Object.values(cabinet.filing), ...cabinet.extra]) {
    const parts = path.split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) paths.add(parts.slice(0, depth).join('/'));
  }
  paths.delete('inbox');
  return [...paths];
}
