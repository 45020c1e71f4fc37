"""What the Checkout page says, in the languages that it speaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language. `rtl`: it is written from right to left."""

    locale: str
    pay: str
    email: str
    name: str
    card: str
    declined: str
    delayed_ok: str
    delayed_fail: str
    back: str
    was_declined: str
    secure: str
    email_wanted: str
    paid: str
    pending: str
    expired: str
    unknown: str
    on: str
    terms: str
    pretend: str
    rtl: bool = False


_ENGLISH = Words(
    locale="en",
    pay="Pay",
    email="Email",
    name="Name on card",
    card="Pay by card",
    declined="Pay with a card that is declined",
    delayed_ok="Pay by bank debit",
    delayed_fail="Pay by bank debit that fails later",
    back="Back to the shop",
    was_declined="Your card was declined. Try another way to pay.",
    secure="For this amount the card's bank asks you to confirm (3-D Secure). Here it always says yes.",
    email_wanted="Please enter your email address.",
    paid="Paid. Thank you!",
    pending="Thank you. Your bank is still processing the payment.",
    expired="This payment page has expired. Ask the shop for a new one.",
    unknown="There is no such payment page.",
    on="Continue",
    terms="I accept the terms of service.",
    pretend="Sandbox: no money moves.",
)
_FRENCH = Words(
    locale="fr",
    pay="Payer",
    email="E-mail",
    name="Nom du titulaire de la carte",
    card="Payer par carte",
    declined="Payer avec une carte refusée",
    delayed_ok="Payer par prélèvement",
    delayed_fail="Payer par un prélèvement qui échouera",
    back="Retour à la boutique",
    was_declined="Votre carte a été refusée. Essayez un autre moyen de paiement.",
    secure="Pour ce montant, la banque de la carte vous demande de confirmer (3-D Secure). Ici, elle accepte toujours.",
    email_wanted="Veuillez saisir votre adresse e-mail.",
    paid="Payé. Merci !",
    pending="Merci. Votre banque traite encore le paiement.",
    expired="Cette page de paiement a expiré. Demandez-en une nouvelle à la boutique.",
    unknown="Cette page de paiement n’existe pas.",
    on="Continuer",
    terms="J’accepte les conditions d’utilisation.",
    pretend="Bac à sable : aucun argent ne circule.",
)
_SPANISH = Words(
    locale="es",
    pay="Pagar",
    email="Correo electrónico",
    name="Nombre en la tarjeta",
    card="Pagar con tarjeta",
    declined="Pagar con una tarjeta rechazada",
    delayed_ok="Pagar con adeudo bancario",
    delayed_fail="Pagar con un adeudo que fallará",
    back="Volver a la tienda",
    was_declined="Su tarjeta fue rechazada. Pruebe otra forma de pago.",
    secure="Para este importe, el banco de la tarjeta le pide que confirme (3-D Secure). Aquí siempre acepta.",
    email_wanted="Introduzca su correo electrónico.",
    paid="Pagado. ¡Gracias!",
    pending="Gracias. Su banco todavía está procesando el pago.",
    expired="Esta página de pago ha caducado. Pida otra a la tienda.",
    unknown="Esta página de pago no existe.",
    on="Continuar",
    terms="Acepto las condiciones del servicio.",
    pretend="Entorno de prueba: no se mueve dinero.",
)
_ARABIC = Words(
    locale="ar",
    pay="الدفع",
    email="البريد الإلكتروني",
    name="الاسم على البطاقة",
    card="الدفع بالبطاقة",
    declined="الدفع ببطاقة مرفوضة",
    delayed_ok="الدفع بالخصم المصرفي",
    delayed_fail="الدفع بخصم مصرفي سيفشل لاحقًا",
    back="العودة إلى المتجر",
    was_declined="رُفضت بطاقتك. جرّب طريقة دفع أخرى.",
    secure="لهذا المبلغ يطلب بنك البطاقة تأكيدك (3-D Secure). وهنا يوافق دائمًا.",
    email_wanted="يرجى إدخال بريدك الإلكتروني.",
    paid="تم الدفع. شكرًا لك!",
    pending="شكرًا لك. ما زال مصرفك يعالج الدفعة.",
    expired="انتهت صلاحية صفحة الدفع هذه. اطلب صفحة جديدة من المتجر.",
    unknown="لا توجد صفحة دفع كهذه.",
    on="متابعة",
    terms="أوافق على شروط الخدمة.",
    pretend="بيئة تجريبية: لا تنتقل أي أموال.",
    rtl=True,
)
_SPOKEN = {words.locale: words for words in (_ENGLISH, _FRENCH, _SPANISH, _ARABIC)}


def words(locale: str | None, accepted: str) -> Words:
    """The session's language; for `auto` the browser's; English when neither is spoken here."""
    wanted = (
        [locale] if locale and locale != "auto" else [part.partition(";")[0] for part in accepted.split(",")]
    )
    spoken = (_SPOKEN.get(tag.strip().partition("-")[0].lower()) for tag in wanted)
    return next((language for language in spoken if language), _ENGLISH)
