// The folders each mailbox is born with, and what they are called in its owner's language.
import type { Locale } from './new-message.ts';

export type WellKnownFolder = {
  name: string;
  /** `root`: the top of the visible tree; `outside`: not below it; else the well-known parent. */
  parent: 'root' | 'outside' | 'syncissues';
  hidden?: boolean;
  names: Record<Locale, string>;
};

const same = (name: string): Record<Locale, string> => ({ en: name, de: name, fr: name, ja: name, el: name });

/** All names that Graph knows: https://learn.microsoft.com/en-us/graph/api/resources/mailfolder */
export const WELL_KNOWN_NAMES = new Set(
  (
    'archive clutter conflicts conversationhistory deleteditems drafts inbox junkemail localfailures ' +
    'msgfolderroot outbox recoverableitemsdeletions scheduled searchfolders sentitems serverfailures syncissues'
  ).split(' '),
);

export const ROOT_NAMES: Record<Locale, string> = {
  en: 'Top of Information Store',
  de: 'Oberste Ebene des Informationsspeichers',
  fr: 'Banque d’informations',
  ja: 'インフォメーション ストアの一番上',
  el: 'Κορυφή του Χώρου Αποθήκευσης Πληροφοριών',
};

/** `clutter` and `scheduled` are not provisioned: asking for them is a 404, as in most real mailboxes. */
export const WELL_KNOWN_FOLDERS: WellKnownFolder[] = [
  {
    name: 'inbox',
    parent: 'root',
    names: { en: 'Inbox', de: 'Posteingang', fr: 'Boîte de réception', ja: '受信トレイ', el: 'Εισερχόμενα' },
  },
  {
    name: 'drafts',
    parent: 'root',
    names: { en: 'Drafts', de: 'Entwürfe', fr: 'Brouillons', ja: '下書き', el: 'Πρόχειρα' },
  },
  {
    name: 'sentitems',
    parent: 'root',
    names: {
      en: 'Sent Items',
      de: 'Gesendete Elemente',
      fr: 'Éléments envoyés',
      ja: '送信済みアイテム',
      el: 'Απεσταλμένα',
    },
  },
  {
    name: 'deleteditems',
    parent: 'root',
    names: {
      en: 'Deleted Items',
      de: 'Gelöschte Elemente',
      fr: 'Éléments supprimés',
      ja: '削除済みアイテム',
      el: 'Διαγραμμένα',
    },
  },
  {
    name: 'junkemail',
    parent: 'root',
    names: {
      en: 'Junk Email',
      de: 'Junk-E-Mail',
      fr: 'Courrier indésirable',
      ja: '迷惑メール',
      el: 'Ανεπιθύμητη αλληλογραφία',
    },
  },
  {
    name: 'archive',
    parent: 'root',
    names: { en: 'Archive', de: 'Archiv', fr: 'Archive', ja: 'アーカイブ', el: 'Αρχειοθήκη' },
  },
  {
    name: 'outbox',
    parent: 'root',
    names: { en: 'Outbox', de: 'Postausgang', fr: 'Boîte d’envoi', ja: '送信トレイ', el: 'Εξερχόμενα' },
  },
  {
    name: 'conversationhistory',
    parent: 'root',
    names: {
      en: 'Conversation History',
      de: 'Aufgezeichnete Unterhaltungen',
      fr: 'Historique des conversations',
      ja: '会話の履歴',
      el: 'Ιστορικό συνομιλιών',
    },
  },
  {
    name: 'syncissues',
    parent: 'root',
    hidden: true,
    names: {
      en: 'Sync Issues',
      de: 'Synchronisierungsprobleme',
      fr: 'Problèmes de synchronisation',
      ja: '同期の失敗',
      el: 'Θέματα συγχρονισμού',
    },
  },
  { name: 'conflicts', parent: 'syncissues', hidden: true, names: same('Conflicts') },
  { name: 'localfailures', parent: 'syncissues', hidden: true, names: same('Local Failures') },
  { name: 'serverfailures', parent: 'syncissues', hidden: true, names: same('Server Failures') },
  { name: 'recoverableitemsdeletions', parent: 'outside', hidden: true, names: same('Deletions') },
  { name: 'searchfolders', parent: 'outside', hidden: true, names: same('Finder') },
];
