//! Signing up, invitations, passwords, second factors and sessions, on the pages of buyer and staff alike.

use super::{Word, problems};

crate::words! {
    // Mails. {firm} is the seller, {url} the page.
    RESET_SUBJECT = "{firm}: choose another password", "{firm}: новый пароль", "{firm}: нова парола";
    RESET_TEXT = "Somebody, we hope you, asked for another password for this address.\n\nChoose it here within an hour:\n{url}\n\nIf it was not you, do nothing: your password stays as it is.\n", "Кто-то — надеемся, вы — попросил новый пароль для этого адреса.\n\nЗадайте его здесь в течение часа:\n{url}\n\nЕсли это были не вы, ничего не делайте: пароль останется прежним.\n", "Някой, надяваме се вие, поиска нова парола за този адрес.\n\nИзберете я тук в рамките на един час:\n{url}\n\nАко не сте били вие, не правете нищо: паролата остава същата.\n";
    INVITE_SUBJECT = "{firm}: your log-in", "{firm}: ваша учётная запись", "{firm}: вашият достъп";
    INVITE_TEXT = "{firm} has made a log-in for you. It is this e-mail address.\n\nChoose your password within seven days:\n{url}\n\nIf you do not expect this, do nothing.\n", "{firm}: для вас создана учётная запись. Логин — этот адрес электронной почты.\n\nЗадайте пароль в течение семи дней:\n{url}\n\nЕсли вы этого не ждали, ничего не делайте.\n", "{firm} ви създаде достъп. Потребителското име е този имейл адрес.\n\nИзберете парола в рамките на седем дни:\n{url}\n\nАко не очаквате това писмо, не правете нищо.\n";
    APPROVED_SUBJECT = "{firm}: you are a customer now", "{firm}: вы теперь наш клиент", "{firm}: вече сте наш клиент";
    APPROVED_TEXT = "Thank you for signing up. {firm} has approved it.\n\nChoose your password within seven days; then you see your prices and can order:\n{url}\n", "Спасибо за регистрацию. Ваша заявка в {firm} одобрена.\n\nЗадайте пароль в течение семи дней — и вы увидите свои цены и сможете заказывать:\n{url}\n", "Благодарим ви за регистрацията. {firm} одобри заявката ви.\n\nИзберете парола в рамките на седем дни; след това ще виждате цените си и ще можете да поръчвате:\n{url}\n";
    SIGN_UP_REFUSED_SUBJECT = "{firm}: your sign-up", "{firm}: ваша регистрация", "{firm}: вашата регистрация";
    SIGN_UP_REFUSED_TEXT = "Thank you for your interest in {firm}. We cannot take you on as a customer at present.\n\nIf you think this is a mistake, please answer this mail.\n", "Спасибо за интерес к компании {firm}. Сейчас мы не можем принять вас в число клиентов.\n\nЕсли вы считаете это ошибкой, ответьте на это письмо.\n", "Благодарим ви за интереса към {firm}. В момента не можем да ви приемем като клиент.\n\nАко смятате, че това е грешка, моля, отговорете на това писмо.\n";
    SIGN_UP_REFUSED_WHY_TEXT = "Thank you for your interest in {firm}. We cannot take you on as a customer at present. The reason:\n\n{reason}\n\nIf you think this is a mistake, please answer this mail.\n", "Спасибо за интерес к компании {firm}. Сейчас мы не можем принять вас в число клиентов. Причина:\n\n{reason}\n\nЕсли вы считаете это ошибкой, ответьте на это письмо.\n", "Благодарим ви за интереса към {firm}. В момента не можем да ви приемем като клиент. Причината:\n\n{reason}\n\nАко смятате, че това е грешка, моля, отговорете на това писмо.\n";
    SIGN_UP_SUBJECT = "{firm}: confirm your address", "{firm}: подтвердите адрес", "{firm}: потвърдете адреса си";
    SIGN_UP_TEXT = "Somebody, we hope you, signed up with {firm} and gave this address.\n\nConfirm it within a day; then we look at your sign-up and write to you:\n{url}\n\nIf it was not you, do nothing: nothing is kept.\n", "Кто-то — надеемся, вы — подал заявку в {firm} и указал этот адрес.\n\nПодтвердите его в течение суток; затем мы рассмотрим заявку и напишем вам:\n{url}\n\nЕсли это были не вы, ничего не делайте: ничего не сохранится.\n", "Някой, надяваме се вие, подаде заявка в {firm} и посочи този адрес.\n\nПотвърдете го в рамките на един ден; след това ще разгледаме заявката и ще ви пишем:\n{url}\n\nАко не сте били вие, не правете нищо: нищо няма да се запази.\n";
    KNOWN_SUBJECT = "{firm}: you have a log-in already", "{firm}: у вас уже есть учётная запись", "{firm}: вече имате достъп";
    KNOWN_TEXT = "Somebody, we hope you, gave this address to {firm} for a new log-in. There is one with it already.\n\nIf you have forgotten the password, choose another one here:\n{url}\n\nIf it was not you, do nothing.\n", "Кто-то — надеемся, вы — указал этот адрес в {firm} для новой учётной записи. Учётная запись с ним уже есть.\n\nЕсли вы забыли пароль, задайте новый здесь:\n{url}\n\nЕсли это были не вы, ничего не делайте.\n", "Някой, надяваме се вие, посочи този адрес в {firm} за нов достъп. С него вече има достъп.\n\nАко сте забравили паролата, изберете нова тук:\n{url}\n\nАко не сте били вие, не правете нищо.\n";
    EMAIL_SUBJECT = "{firm}: confirm your new address", "{firm}: подтвердите новый адрес", "{firm}: потвърдете новия си адрес";
    EMAIL_TEXT = "You want to sign in to {firm} with this address from now on.\n\nConfirm it within an hour:\n{url}\n\nIf it was not you, do nothing.\n", "Вы хотите входить на сайт {firm} с этим адресом.\n\nПодтвердите его в течение часа:\n{url}\n\nЕсли это были не вы, ничего не делайте.\n", "Искате отсега нататък да влизате в {firm} с този адрес.\n\nПотвърдете го в рамките на един час:\n{url}\n\nАко не сте били вие, не правете нищо.\n";
    EMAIL_ASKED_SUBJECT = "{firm}: your address is about to change", "{firm}: ваш адрес будет изменён", "{firm}: адресът ви ще бъде сменен";
    EMAIL_ASKED_TEXT = "Somebody signed in as you asked {firm} to use another address for your log-in. It changes when the new address confirms.\n\nIf it was not you, choose another password at once; then the request ends:\n{url}\n", "Кто-то, войдя под вашим именем, запросил смену адреса вашей учётной записи в {firm}. Адрес изменится, когда его подтвердят по ссылке из письма на новый адрес.\n\nЕсли это были не вы, немедленно задайте новый пароль, и запрос будет отменён:\n{url}\n", "Някой, влязъл с вашето име, поиска друг адрес за достъпа ви до {firm}. Адресът ще се смени, когато бъде потвърден чрез връзката в писмото до новия адрес.\n\nАко не сте били вие, веднага изберете нова парола и заявката отпада:\n{url}\n";
    CHANGED_SUBJECT = "{firm}: your log-in has changed", "{firm}: изменения в вашей учётной записи", "{firm}: промяна в достъпа ви";
    CHANGED_TEXT = "{what}\n\nIf it was you, there is nothing to do. If not, choose another password at once and tell us:\n{url}\n", "{what}\n\nЕсли это были вы, делать ничего не нужно. Если нет, немедленно задайте новый пароль и сообщите нам:\n{url}\n", "{what}\n\nАко сте били вие, не е нужно да правите нищо. Ако не сте, веднага изберете нова парола и ни съобщете:\n{url}\n";
    CHANGED_PASSWORD = "The password of your log-in was changed.", "Пароль вашей учётной записи изменён.", "Паролата ви за вход е сменена.";
    CHANGED_EMAIL = "Your log-in has another e-mail address now.", "Адрес электронной почты вашей учётной записи изменён.", "Имейл адресът, с който влизате, е сменен.";
    CHANGED_FACTOR_SET = "Your log-in now asks for a code beside the password.", "Теперь при входе, кроме пароля, нужен код.", "При вход вече се иска и код освен паролата.";
    CHANGED_FACTOR_GONE = "Your log-in no longer asks for a code beside the password.", "Код при входе больше не нужен, достаточно пароля.", "При вход вече не се иска код, само паролата.";
    CHANGED_CODES = "New recovery codes were made for your log-in; the older ones no longer work.", "Для вашей учётной записи созданы новые коды восстановления; прежние больше не действуют.", "За достъпа ви са създадени нови кодове за възстановяване; старите вече не важат.";
    PRIVACY_TEXT = "{firm} ({address}) keeps what you enter here: company, name, e-mail address, country, tax number and message. It is used to decide on your sign-up, to trade with you and to write to you about that, which is what you ask for by signing up. It is not sold or given to others for their own use. If we do not take you on, it is deleted on request; if we do, it is kept as long as we trade and as long as the law asks of invoices. You may see it, have it corrected, deleted or handed over, and object, at any time: {reach}. You may also turn to the data protection authority of your country. Mailings need a consent of their own, which is not asked for here.",
        "{firm} ({address}) хранит то, что вы здесь указываете: компанию, имя, адрес электронной почты, страну, налоговый номер и сообщение. Это нужно, чтобы рассмотреть вашу заявку, торговать с вами и писать вам об этом, — о чём вы и просите, регистрируясь. Данные не продаются и не передаются другим для их собственных целей. Если мы вас не примем, они удаляются по просьбе; если примем, хранятся, пока мы торгуем и пока закон требует хранить счета. Вы можете в любое время посмотреть их, исправить, удалить, получить копию и возразить против обработки: {reach}. Вы можете также обратиться в орган по защите персональных данных вашей страны. Для рассылок нужно отдельное согласие, здесь оно не запрашивается.",
        "{firm} ({address}) пази това, което въвеждате тук: фирма, име, имейл адрес, държава, данъчен номер и съобщение. То служи да разгледаме регистрацията ви, да търгуваме с вас и да ви пишем за това, което и поискахте с регистрацията. Не се продава и не се дава на други за техни цели. Ако не ви приемем, се изтрива по ваше искане; ако ви приемем, се пази, докато търгуваме и докато законът изисква да се пазят фактурите. По всяко време можете да видите данните, да поискате да бъдат поправени, изтрити или предадени, и да възразите: {reach}. Можете също да се обърнете към органа за защита на личните данни във вашата държава. За масови писма се иска отделно съгласие, което тук не се взема.";
    // Signing in.
    CODE = "Code", "Код", "Код";
    CODE_HINT = "Six digits from your authenticator, or a recovery code.", "Шесть цифр из приложения-аутентификатора или код восстановления.", "Шест цифри от приложението за кодове или код за възстановяване.";
    CODE_NEEDED = "The password is right. Now the code.", "Пароль верный. Теперь код.", "Паролата е вярна. Сега кодът.";
    OTHER_LOGIN = "Sign in as someone else", "Войти под другим именем", "Вход с друг потребител";
    FORGOT = "Forgotten the password?", "Забыли пароль?", "Забравена парола?";
    NEW_HERE = "New here? Sign up as a customer", "Впервые здесь? Зарегистрируйтесь как клиент", "За първи път тук? Регистрирайте се като клиент";
    // Passwords.
    NEW_PASSWORD = "New password", "Новый пароль", "Нова парола";
    OLD_PASSWORD = "Present password", "Текущий пароль", "Текуща парола";
    SHOW_PASSWORD = "Show", "Показать", "Покажи";
    HIDE_PASSWORD = "Hide", "Скрыть", "Скрий";
    PASSWORD_ADVICE = "At least 8 characters; 15 or more are better. Several words that do not belong together are good, and capitals or signs are not needed. A password manager may fill it in.", "Не меньше 8 знаков, лучше 15 и больше. Хорошо подходят несколько слов, не связанных между собой; заглавные буквы и знаки не обязательны. Можно вставить из менеджера паролей.", "Поне 8 знака; по-добре 15 или повече. Подходящи са няколко думи без връзка помежду си; главни букви и знаци не са нужни. Може да я попълни и програма за пароли.";
    TOO_SHORT = "At least 8 characters.", "Не меньше 8 знаков.", "Поне 8 знака.";
    TOO_LONG = "This is longer than 256 bytes. Shorten it.", "Это длиннее 256 байт. Сократите.", "Това е по-дълго от 256 байта. Съкратете го.";
    COMMON = "Guessers try this one first. Choose another.", "Такой пароль подбирают в первую очередь. Выберите другой.", "Такава парола се отгатва първа. Изберете друга.";
    PERSONAL = "This is little more than a name. Add words that have nothing to do with you or the firm.", "Пароль почти совпадает с именем или названием. Добавьте слова, не связанные с вами и фирмой.", "Паролата почти съвпада с име. Добавете думи, които нямат нищо общо с вас и фирмата.";
    WRONG_PASSWORD = "This is not your present password.", "Это не ваш текущий пароль.", "Това не е текущата ви парола.";
    WRONG_CODE = "This code is not right, or was used already. Wait for the next one.", "Код неверный или уже использован. Дождитесь следующего.", "Кодът не е верен или вече е използван. Изчакайте следващия.";
    // Links.
    WELCOME = "Welcome", "Добро пожаловать", "Добре дошли";
    WELCOME_HINT = "Choose a password for {login}.", "Задайте пароль для {login}.", "Изберете парола за {login}.";
    RESET = "Choose another password", "Новый пароль", "Нова парола";
    SAVE_PASSWORD = "Save the password", "Сохранить пароль", "Запази паролата";
    PASSWORD_SAVED = "The password is saved. Sign in with it.", "Пароль сохранён. Теперь войдите.", "Паролата е запазена. Сега влезте с нея.";
    LINK_ENDED = "This link no longer works: it was used, or its time has passed.", "Ссылка больше не действует: её уже использовали или истёк срок.", "Връзката вече не важи: използвана е или срокът ѝ е изтекъл.";
    LINK_ENDED_HINT = "Ask for a new one; the newest mail has the link that works.", "Запросите новую; действует ссылка из последнего письма.", "Поискайте нова; важи връзката от последното писмо.";
    SIGN_UP_ENDED_HINT = "If you have confirmed it already, we will write to you. If not, sign up again: nothing was kept.", "Если вы уже подтвердили адрес, мы вам напишем. Если нет, зарегистрируйтесь снова: ничего не сохранилось.", "Ако вече сте потвърдили адреса, ще ви пишем. Ако не сте, регистрирайте се отново: нищо не е запазено.";
    SIGN_UP_AGAIN = "Sign up again", "Зарегистрироваться снова", "Нова регистрация";
    EMAIL_ENDED_HINT = "If the address has changed already, sign in with the new one. If not, sign in with the old one and ask for the change again.", "Если адрес уже изменён, войдите с новым. Если нет, войдите со старым и запросите смену ещё раз.", "Ако адресът вече е сменен, влезте с новия. Ако не е, влезте със стария и поискайте смяната отново.";
    ASK_AGAIN = "Ask for a new link", "Запросить новую ссылку", "Поискай нова връзка";
    FORGOT_TITLE = "Forgotten password", "Забытый пароль", "Забравена парола";
    FORGOT_HINT = "Give the address you sign in with. A link comes by e-mail and works for an hour.", "Укажите адрес, с которым вы входите. Ссылка придёт по электронной почте и действует час.", "Посочете адреса, с който влизате. Връзката идва по имейл и важи един час.";
    SEND_LINK = "Send the link", "Прислать ссылку", "Изпрати връзка";
    LINK_SENT = "If there is a log-in with {email}, a mail is on its way to it. Look among unwanted mail too.", "Если учётная запись с адресом {email} есть, письмо уже отправлено. Проверьте и папку со спамом.", "Ако има достъп с {email}, писмото вече е на път. Погледнете и в папката за нежелана поща.";
    EMAIL = "E-mail", "Электронная почта", "Имейл";
    CONFIRM_EMAIL = "Confirm the new address", "Подтвердите новый адрес", "Потвърдете новия адрес";
    CONFIRM_EMAIL_HINT = "From then on you sign in with {login}.", "После этого вы входите с адресом {login}.", "След това влизате с {login}.";
    CONFIRM = "Confirm", "Подтвердить", "Потвърди";
    EMAIL_CONFIRMED = "Done. You sign in with {login} from now on.", "Готово. Теперь вы входите с адресом {login}.", "Готово. Отсега влизате с {login}.";
    // Signing up.
    SIGN_UP = "Sign up", "Регистрация", "Регистрация";
    SIGN_UP_HINT = "For companies that want to buy from us. We look at it and write to you.", "Для компаний, которые хотят у нас покупать. Мы рассмотрим заявку и напишем вам.", "За фирми, които искат да купуват от нас. Ще разгледаме заявката ви и ще ви пишем.";
    SIGN_UP_CLOSED = "The firm takes no sign-ups here. Write or call to become a customer.", "Регистрация через сайт закрыта. Чтобы стать клиентом, напишите или позвоните в фирму.", "Регистрацията през сайта е затворена. За да станете клиент, пишете или се обадете на фирмата.";
    COMPANY = "Company", "Компания", "Фирма";
    COMPANY_WHY = "Whom invoices will be made out to.", "На кого будут выписаны счета.", "На кого ще се издават фактурите.";
    YOUR_NAME = "Your name", "Ваше имя", "Вашето име";
    YOUR_NAME_WHY = "So that we know whom we write to.", "Чтобы мы знали, кому пишем.", "За да знаем на кого пишем.";
    EMAIL_WHY = "You will sign in with it, and orders are confirmed to it. A link asks it to confirm.", "С этим адресом вы будете входить, на него приходят подтверждения заказов. Адрес нужно подтвердить по ссылке.", "С него ще влизате и на него идват потвържденията на поръчки. Потвърждава се чрез връзка.";
    COUNTRY = "Country", "Страна", "Държава";
    COUNTRY_WHY = "It decides about VAT and delivery.", "От неё зависят НДС и доставка.", "От нея зависят ДДС и доставката.";
    TAX_ID = "Tax or VAT number (if you have it at hand)", "ИНН или номер НДС (если под рукой)", "ЕИК или номер по ДДС (ако е под ръка)";
    TAX_ID_WHY = "To check the company and for the invoice.", "Для проверки компании и для счёта.", "За проверка на фирмата и за фактурата.";
    MESSAGE = "Message (optional)", "Сообщение (необязательно)", "Съобщение (по желание)";
    MESSAGE_WHY = "What you want to buy, if you like to say.", "Например, что вы хотите покупать.", "Например какво искате да купувате.";
    PRIVACY = "What becomes of what you enter", "Что будет с введёнными данными", "Какво става с въведените данни";
    AGREE = "I have read this and agree", "Текст прочитан, согласие даю", "Прочетох текста и давам съгласие";
    AGREE_FIRST = "Without this we may not keep what you enter.", "Без согласия мы не вправе хранить введённые данные.", "Без съгласие не можем да пазим въведените данни.";
    SEND_SIGN_UP = "Sign up", "Отправить заявку", "Изпрати заявката";
    SIGN_UP_SENT = "A mail is on its way to {email}. Open its link within a day to confirm the address; nothing is kept before that.", "Письмо отправлено на {email}. Откройте ссылку из него в течение суток, чтобы подтвердить адрес; до этого ничего не хранится.", "Писмото до {email} е на път. Отворете връзката в него в рамките на един ден, за да потвърдите адреса; преди това нищо не се пази.";
    CONFIRM_SIGN_UP = "Confirm your sign-up", "Подтвердите регистрацию", "Потвърдете регистрацията";
    CONFIRM_SIGN_UP_HINT = "{company} signs up with {login}.", "{company} регистрируется с адресом {login}.", "{company} се регистрира с {login}.";
    SIGN_UP_CONFIRMED = "Thank you. We look at your sign-up and write to {login}.", "Спасибо. Мы рассмотрим заявку и напишем на {login}.", "Благодарим. Ще разгледаме регистрацията и ще пишем на {login}.";
    CONFIRM_ORDER = "Is this order yours?", "Это ваш заказ?", "Това ваша поръчка ли е?";
    CONFIRM_ORDER_HINT = "The file {file} came from {login}. If you say that it is an order of {company}, it is taken as one.", "Файл {file} пришёл с адреса {login}. Если вы подтвердите, что это заказ клиента {company}, он будет принят.", "Файлът {file} пристигна от {login}. Ако потвърдите, че е поръчка на {company}, ще бъде приет като такава.";
    ORDER_BESIDE = "Thank you. Order {number} came from the same sheet before and is not confirmed yet: we will find out which of the two you mean. Nothing has to be done until then.",
        "Спасибо. По тому же бланку уже есть неподтверждённый заказ {number}: мы выясним, какой из двух вы имеете в виду. Пока делать ничего не нужно.",
        "Благодарим. По същата бланка вече има непотвърдена поръчка {number}: ще изясним коя от двете имате предвид. Дотогава не е нужно да правите нищо.";
    ORDER_CONFIRMED = "Thank you. It is an order now; we write to you what became of each line.", "Спасибо. Теперь это заказ; мы напишем, что стало с каждой строкой.", "Благодарим. Вече е поръчка; ще ви пишем какво е станало с всеки ред.";
    ORDER_ENDED_HINT = "If you have confirmed the order already, it is on its way. If not, send us the form again.", "Если вы уже подтвердили заказ, он в работе. Если нет, пришлите нам бланк ещё раз.", "Ако вече сте потвърдили поръчката, тя е в работа. Ако не сте, изпратете ни бланката отново.";
    REQUIRED = "Fill this in.", "Заполните это поле.", "Попълнете това поле.";
    BAD_EMAIL = "This is not an e-mail address.", "Это не адрес электронной почты.", "Това не е имейл адрес.";
    PRIVACY_CHANGED = "The text on personal data has changed meanwhile. Read the new one and send again.", "Текст о личных данных тем временем изменился. Прочтите новый и отправьте снова.", "Текстът за личните данни междувременно се промени. Прочетете новия и изпратете пак.";
    LOGIN_EXISTS = "Somebody signs in with this address already.", "Учётная запись с этим адресом уже есть.", "Вече има достъп с този адрес.";
    CHECK_FIELDS = "Some fields need another look:", "Проверьте поля:", "Проверете полетата:";
    // One's own log-in.
    ACCOUNT = "Your log-in", "Ваша учётная запись", "Вашият достъп";
    CHANGE = "Change", "Изменить", "Промени";
    SAVE = "Save", "Сохранить", "Запази";
    SAVED = "Saved.", "Сохранено.", "Запазено.";
    CANCEL = "Cancel", "Отмена", "Отказ";
    PASSWORD_TITLE = "Password", "Пароль", "Парола";
    CHANGE_PASSWORD = "Change the password", "Изменить пароль", "Смени паролата";
    END_OTHERS_TOO = "Sign out all other browsers as well", "Заодно выйти во всех других браузерах", "Излез и от всички други браузъри";
    PASSWORD_CHANGED = "The password is changed.", "Пароль изменён.", "Паролата е сменена.";
    EMAIL_TITLE = "E-mail", "Электронная почта", "Имейл";
    EMAIL_HINT = "You sign in with it, and the firm writes to it. The new address is confirmed by a link; the old one is told.", "С этим адресом вы входите, на него пишет фирма. Новый адрес нужно подтвердить по ссылке; на старый придёт уведомление.", "С него влизате и на него пише фирмата. Новият адрес се потвърждава чрез връзка; старият се уведомява.";
    NEW_EMAIL = "New address", "Новый адрес", "Нов адрес";
    EMAIL_ASKED = "A mail is on its way to {email}. The address changes when its link is opened.", "Письмо отправлено на {email}. Адрес изменится, когда откроют ссылку из него.", "Писмото до {email} е на път. Адресът се сменя, когато се отвори връзката в него.";
    LANGUAGE_HINT = "In which the firm writes to you.", "На этом языке фирма вам пишет.", "На този език фирмата ви пише.";
    FACTOR_TITLE = "Second step at sign-in", "Второй шаг при входе", "Втора стъпка при вход";
    FACTOR_HINT = "A code from an authenticator app beside the password: a password alone that was guessed or stolen opens nothing.", "Код из приложения-аутентификатора вдобавок к паролю: угаданный или украденный пароль сам по себе ничего не откроет.", "Код от приложение за кодове освен паролата: отгатната или открадната парола сама по себе си не отваря нищо.";
    FACTOR_ON = "On since {date}", "Включено с {date}", "Включена от {date}";
    FACTOR_OFF = "Off.", "Выключено.", "Изключена.";
    FACTOR_SET_UP = "Set it up", "Настроить", "Настрой";
    FACTOR_OTHER = "Use another telephone", "Перенести на другой телефон", "Премести на друг телефон";
    FACTOR_REMOVE = "Switch it off", "Выключить", "Изключи";
    FACTOR_REMOVED = "Sign-in asks for the password alone again.", "При входе снова нужен только пароль.", "При вход отново се иска само паролата.";
    FACTOR_SCAN = "1. Open an authenticator app and read this picture, or type the secret.", "1. Откройте приложение-аутентификатор и считайте картинку или введите секрет.", "1. Отворете приложение за кодове и сканирайте картинката или въведете тайния ключ.";
    FACTOR_PICTURE = "QR code of the secret", "QR-код секрета", "QR код на тайния ключ";
    FACTOR_SECRET = "Secret", "Секрет", "Таен ключ";
    FACTOR_TYPE = "2. Type the code it shows.", "2. Введите код, который оно показывает.", "2. Въведете кода, който показва.";
    FACTOR_TURN_ON = "Switch it on", "Включить", "Включи";
    FACTOR_FIRST = "One thing before you begin", "Ещё один шаг перед началом", "Още една стъпка, преди да започнете";
    FACTOR_FIRST_HINT = "Whoever works here signs in with a second step. It takes a minute and is done once.", "Все, кто здесь работает, входят в два шага. Это займёт минуту и делается один раз.", "Всички, които работят тук, влизат с втора стъпка. Отнема минута и се прави веднъж.";
    RECOVERY_TITLE = "Recovery codes", "Коды восстановления", "Кодове за възстановяване";
    RECOVERY_HINT = "Each signs you in once when the telephone is lost. Print them or keep them with your passwords: they are not shown again.", "Каждый код один раз заменит телефон, если вы его потеряете. Распечатайте коды или храните вместе с паролями: больше они не показываются.", "Всеки код ви пуска веднъж, ако изгубите телефона. Отпечатайте ги или ги пазете при паролите си: повече не се показват.";
    RECOVERY_NEW = "Make new ones", "Создать новые", "Създай нови";
    RECOVERY_SAVE = "Save as a text file", "Сохранить текстовым файлом", "Запази като текстов файл";
    RECOVERY_KEPT = "I have kept them", "Коды сохранены", "Запазих ги";
    SESSIONS_TITLE = "Where you are signed in", "Где выполнен вход", "Къде сте влезли";
    SESSION_THIS = "this browser", "этот браузер", "този браузър";
    SESSION_UNKNOWN = "Unknown browser", "Неизвестный браузер", "Неизвестен браузър";
    SESSION_SEEN = "last used {when}", "последний раз {when}", "последно {when}";
    SESSION_END = "Sign out", "Завершить сеанс", "Прекрати сесията";
    SESSION_ENDED = "Signed out there.", "Сеанс завершён.", "Сесията е прекратена.";
    SESSIONS_END_OTHERS = "Sign out all others", "Завершить все остальные", "Прекрати всички други";
    SESSIONS_ENDED = "All other browsers are signed out.", "Все остальные сеансы завершены.", "Всички други сесии са прекратени.";
    PROVE = "Your password once more", "Ещё раз ваш пароль", "Паролата ви още веднъж";
    PROVE_HINT = "It is asked for before something about signing in changes.", "Без него нельзя изменить ничего, что касается входа.", "Без нея не може да се промени нищо, което засяга входа.";
    GO_ON = "Go on", "Продолжить", "Продължи";

    * RECOVERY_LEFT = ["{n} recovery code left", "{n} recovery codes left"], ["Остался {n} код восстановления", "Осталось {n} кода восстановления", "Осталось {n} кодов восстановления"], ["Остава {n} код за възстановяване", "Остават {n} кода за възстановяване"];
}

/// What happened, where it is about signing in or up; else in the words every page has.
pub fn problem(code: &str) -> Word {
    match code {
        "password_too_short" => TOO_SHORT,
        "password_too_long" => TOO_LONG,
        "password_common" => COMMON,
        "password_personal" => PERSONAL,
        "wrong_password" => WRONG_PASSWORD,
        "wrong_code" => WRONG_CODE,
        "totp_needed" => CODE_NEEDED,
        "link_ended" => LINK_ENDED,
        "required" => REQUIRED,
        "invalid_email" => BAD_EMAIL,
        "privacy_changed" => PRIVACY_CHANGED,
        "sign_up_closed" => SIGN_UP_CLOSED,
        "login_exists" => LOGIN_EXISTS,
        "enrol_first" => FACTOR_FIRST_HINT,
        "prove_again" => PROVE_HINT,
        other => problems::by_code(other),
    }
}
