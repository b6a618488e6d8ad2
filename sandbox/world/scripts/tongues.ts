// Mail in the languages of the ports: Russian, Greek, Japanese, Hebrew, Arabic, German, Italian, French.
import type { Script } from '../play.ts';

export const russian: Script = {
  subjects: ['Док {vessel}: [[ведомость работ|замеры толщин|валовая линия]]', 'Re: {vessel} – {model}'],
  lines: [
    {
      by: 'russian',
      to: ['chief'],
      cc: ['captain'],
      after: [0, 20],
      say: `Добрый день,

[[направляю ведомость ремонтных работ по судну {vessel}.|по валовой линии: замеры выполнены, зазор 0,42 мм, допуск 0,60 мм.|просим подтвердить дату постановки в док: {date2}.]] [[Перевод на английский будет завтра.|Фото во вложении.]]

Kind regards, English version below the table.`,
      attach: ['xlsx:Ведомость'],
    },
    {
      by: 'chief',
      after: [4, 60],
      odds: 0.7,
      say: `Dear {to}, [[thank you, understood with the help of the translation.|please confirm in English for class.|dates are fine.]]`,
    },
    {
      by: 'russian',
      after: [5, 60],
      odds: 0.5,
      say: `Спасибо, [[принято|подтверждаем]]. [[Ждём вас.|Хорошего рейса!]]`,
    },
  ],
};

export const greek: Script = {
  subjects: ['{vessel} – [[ραντάρ|επίσκεψη τεχνικού|τιμολόγιο {invoice}|ελλιμενισμός]]', 'Προσφορά {quote}'],
  lines: [
    {
      by: 'greek',
      to: ['captain'],
      cc: ['chief'],
      after: [0, 20],
      say: `Καλημέρα σας,

[[σας στέλνουμε την προσφορά {quote} για το {model} (s/n {serial}).|ο τεχνικός μας θα είναι στο σκάφος στις {date2}, ώρα 09:00.|επισυνάπτεται το τιμολόγιο {invoice} για την εργασία στο {port}.]] [[Παρακαλώ επιβεβαιώστε.|Στη διάθεσή σας για οποιαδήποτε πληροφορία.]]`,
      attach: ['quotation'],
    },
    {
      by: 'captain',
      after: [2, 40],
      odds: 0.6,
      say: `[[Ευχαριστώ πολύ, επιβεβαιώνω.|Thank you, confirmed for {date2}.|Καλημέρα, σύμφωνοι.]]`,
    },
  ],
};

export const japanese: Script = {
  subjects: [
    '{model} の[[部品|整備|保証]]について',
    '【{vessel}様】{model} 技術回答',
    'お問い合わせの件 {claim}',
  ],
  lines: [
    {
      by: 'japanese',
      to: ['chief'],
      after: [0, 20],
      say: `{vessel} 機関長 様

いつもお世話になっております。
[[お問い合わせの {model}（製造番号 {serial}）の件、部品番号 {partno} をご使用ください。|ご送付いただいたデータを確認しました。冷却水ポンプのインペラ交換をお勧めします。|保証申請 {claim} を受け付けました。]]
[[納期は約{lead}です。|英訳を添付いたします。]]

よろしくお願いいたします。`,
      attach: ['letter:English translation'],
    },
    {
      by: 'chief',
      after: [6, 60],
      odds: 0.6,
      say: `Dear Tamura-san,

[[thank you, the translation is clear. Please ship to our agent.|understood, we will change the impeller.|many thanks for the quick help.]]`,
    },
  ],
};

export const hebrew: Script = {
  subjects: ['הצעת מחיר {quote} – {vessel}', 'משלוח ל-{vessel}'],
  lines: [
    {
      by: 'hebrew',
      to: ['chief'],
      cc: ['captain'],
      after: [0, 20],
      say: `שלום רב,

[[מצורפת הצעת מחיר {quote} עבור {partno}.|המשלוח יצא היום, מספר מעקב {awb}.|החלק {partno} נמצא במלאי, אפשר לספק תוך {lead}.]]

בברכה`,
      attach: ['quotation'],
    },
    {
      by: 'chief',
      after: [3, 40],
      odds: 0.6,
      say: `Shalom {to}, [[thank you, please reserve two.|order confirmed.|received in good order.]]`,
    },
  ],
};

export const arabic: Script = {
  subjects: ['عرض أسعار {quote} – اليخت {vessel}', 'توريد زيوت إلى {vessel}'],
  lines: [
    {
      by: 'arabic',
      to: ['chief'],
      cc: ['captain'],
      after: [0, 20],
      say: `السادة الكرام،

[[نرفق لكم عرض الأسعار رقم {quote} لتوريد الزيوت والفلاتر.|تم تجهيز الطلبية وسيتم التسليم يوم {date2} في الميناء.|يرجى تأكيد الكمية وموعد الوصول إلى القناة.]]

مع أطيب التحيات`,
      attach: ['quotation'],
    },
    {
      by: 'chief',
      after: [3, 40],
      odds: 0.5,
      say: `Dear {to}, [[confirmed, 4 drums.|transit is on {date2}, please deliver at the anchorage.|many thanks.]]`,
    },
  ],
};

export const german: Script = {
  subjects: [
    '{vessel}: [[Ersatzteile|Angebot {quote}|Rückfrage|Liefertermin]] {model}',
    'Ihre Anfrage vom {date1}',
  ],
  lines: [
    {
      by: 'german',
      to: ['chief'],
      after: [0, 20],
      say: `Guten Tag,

[[anbei unser Angebot {quote} über Dichtsatz und Zylinderköpfe.|der Liefertermin verschiebt sich leider auf {date3}. Wir bitten um Verständnis.|für die Seriennummer {serial} gilt die Teilenummer {partno}; die alte ist nicht mehr lieferbar.|Größe und Schlüsselweite der Überwurfmutter bräuchten wir noch, ein Foto genügt.]]`,
      attach: ['quotation'],
    },
    {
      by: 'chief',
      after: [3, 40],
      odds: 0.7,
      say: `[[Guten Morgen, danke, bestellt wie angeboten.|Foto folgt heute Abend.|Hello, thank you. Please proceed.|Das ist zu spät, gibt es eine Teillieferung?]]`,
    },
    {
      by: 'german',
      after: [3, 40],
      odds: 0.4,
      say: `[[Vielen Dank, ist veranlasst.|Teillieferung ist möglich, geht morgen raus.|Gern geschehen.]]`,
    },
  ],
};

export const italian: Script = {
  subjects: ['{vessel} – [[offerta {quote}|passerella|ormeggio|ricambi]]', 'Conferma ormeggio {date2}'],
  lines: [
    {
      by: 'italian',
      to: ['captain'],
      cc: ['purser'],
      after: [0, 20],
      say: `Buongiorno,

[[confermiamo l'ormeggio per {vessel} dal {date2}.|in allegato la nostra offerta {quote} per i tubi idraulici della passerella.|il tecnico può venire a bordo giovedì mattina, va bene?]] [[Restiamo a disposizione.|Grazie.]]`,
      attach: ['quotation'],
    },
    {
      by: 'captain',
      after: [2, 40],
      odds: 0.6,
      say: `[[Grazie mille, confermato.|Buongiorno, va bene. See you then.|Thank you, confirmed.]]`,
    },
  ],
};

export const french: Script = {
  subjects: [
    '{vessel} – [[dédouanement|livraison du {date2}|facture {invoice}|avitaillement]]',
    'Votre escale à {port}',
  ],
  lines: [
    {
      by: 'french',
      to: ['purser'],
      cc: ['captain'],
      after: [0, 20],
      say: `Bonjour,

[[les colis sont dédouanés, livraison demain à 9 h à la passerelle.|veuillez trouver ci-joint la facture {invoice}.|merci de nous envoyer la liste d’équipage à jour avant {date2}.|le camion de gazole est réservé pour {date2} à 8 h.]]`,
      attach: ['invoice'],
    },
    {
      by: 'purser',
      after: [1, 30],
      odds: 0.7,
      say: `Bonjour {to},

[[parfait, merci beaucoup.|bien reçu, le règlement part vendredi.|voici la liste à jour.|pourriez-vous décaler à 10 h ? Nous avons un essai machine.]]`,
    },
    { by: 'french', after: [1, 30], odds: 0.4, say: `[[C’est noté.|Très bien, à demain.|Avec plaisir.]]` },
  ],
};
