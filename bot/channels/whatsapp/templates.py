"""The approved templates: all that may be said when a traveller has not written for 24 hours.

They are texts that Meta has to approve once, so they stand here and not among the shop's translations. Each asks
for an answer, because an answer opens the window in which the shop may speak freely again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.channels import shortened, utf16
from bot.conversation.channel import ChannelError

CATEGORY = "UTILITY"
#: The language of templates for whoever speaks none of theirs.
FALLBACK = "en"
#: A filled body may have 1024 characters; the longest text leaves room for two values of this length.
MOST_VALUE = 300
_RIGHT_TO_LEFT = frozenset({"ar"})
_FSI, _PDI = "\u2068", "\u2069"


@dataclass(frozen=True)
class Template:
    """What a template says in each language; `examples` is one value for each of {{1}}, {{2}} …, in order."""

    examples: tuple[str, ...]
    texts: dict[str, str]
    #: What its button says: it brings at once what the template may not hold.
    buttons: dict[str, str] = field(default_factory=dict)


TEMPLATES = {
    # A plan or destination.
    "esim_ready": Template(
        ("Japan, 5 GB",),
        {
            "en": "Good news: your eSIM for {{1}} is ready. Tap the button below to receive its QR code.",
            "fr": "Bonne nouvelle : votre eSIM pour {{1}} est prête. Touchez le bouton ci-dessous pour recevoir "
            "son code QR.",
            "es": "Buenas noticias: tu eSIM para {{1}} está lista. Toca el botón de abajo para recibir su "
            "código QR.",
            "ar": "أخبار سارة: شريحة eSIM الخاصة بك ({{1}}) جاهزة. اضغط الزر أدناه ليصلك رمز QR الخاص بها.",
        },
        {"en": "Show my eSIM", "fr": "Afficher mon eSIM", "es": "Ver mi eSIM", "ar": "عرض شريحتي"},
    ),
    # A plan or destination, an amount of money.
    "refunded": Template(
        ("Japan, 5 GB", "€12.00"),
        {
            "en": "We refunded your order for {{1}}: {{2}} is on its way back to you. Banks need up to ten days "
            "to show it. Reply to this message if you have a question.",
            "fr": "Votre commande pour {{1}} est remboursée : {{2}} vous reviennent. Les banques mettent jusqu’à "
            "dix jours à l’afficher. Répondez à ce message si vous avez une question.",
            "es": "Hemos reembolsado tu pedido de {{1}}: {{2}} van de vuelta a tu cuenta. Los bancos tardan hasta "
            "diez días en mostrarlo. Responde a este mensaje si tienes alguna pregunta.",
            "ar": "أعدنا إليك ثمن طلبك ({{1}}): المبلغ {{2}} في طريقه إليك. قد يستغرق ظهوره لدى المصرف عشرة أيام. "
            "أجب عن هذه الرسالة إن كان لديك سؤال.",
        },
    ),
    # A plan or destination.
    "payment_pending": Template(
        ("Japan, 5 GB",),
        {
            "en": "Your payment for {{1}} is still being confirmed by your bank. We prepare your eSIM as soon as "
            "it arrives. Reply to this message to see how it stands.",
            "fr": "Votre banque n’a pas encore confirmé votre paiement pour {{1}}. Nous préparons votre eSIM dès "
            "qu’il arrive. Répondez à ce message pour savoir où il en est.",
            "es": "Tu banco aún no ha confirmado el pago de {{1}}. Prepararemos tu eSIM en cuanto llegue. "
            "Responde a este mensaje para ver cómo va.",
            "ar": "لم يؤكد مصرفك بعد دفعتك ({{1}}). سنجهز شريحة eSIM فور وصولها. أجب عن هذه الرسالة لمعرفة حالتها.",
        },
    ),
    # The number of the support case.
    "support_reply": Template(
        ("4711",),
        {
            "en": "Our team has answered your request {{1}}. Reply to this message to read the answer.",
            "fr": "Notre équipe a répondu à votre demande {{1}}. Répondez à ce message pour lire la réponse.",
            "es": "Nuestro equipo ha contestado a tu consulta {{1}}. Responde a este mensaje para leer la "
            "respuesta.",
            "ar": "أجاب فريقنا عن طلبك رقم {{1}}. أجب عن هذه الرسالة لقراءة الجواب.",
        },
    ),
    # A plan or destination.
    "running_late": Template(
        ("Japan, 5 GB",),
        {
            "en": "Your eSIM for {{1}} takes longer than we promised, and we are sorry. If we cannot deliver it, "
            "you get your money back. Reply to this message to see how it stands.",
            "fr": "Votre eSIM pour {{1}} prend plus de temps que promis, et nous en sommes désolés. Si nous ne "
            "pouvons pas la livrer, vous serez remboursé. Répondez à ce message pour savoir où elle en est.",
            "es": "Tu eSIM para {{1}} tarda más de lo prometido y lo sentimos. Si no podemos entregarla, te "
            "devolvemos el dinero. Responde a este mensaje para ver cómo va.",
            "ar": "تأخرت شريحة eSIM الخاصة بك ({{1}}) عن الموعد الذي وعدنا به، ونعتذر عن ذلك. إن لم نتمكن من "
            "تسليمها فسنعيد إليك مالك. أجب عن هذه الرسالة لمعرفة حالتها.",
        },
    ),
    # A day, the number of the receipt. Nobody has to answer: the chat is no more.
    "data_erased": Template(
        ("November 22, 2026", "R-7K3MP9"),
        {
            "en": "Your data was deleted on {{1}}. Receipt: {{2}}. What stays in this chat is yours to clear.",
            "fr": "Vos données ont été supprimées le {{1}}. Reçu : {{2}}. Ce qui reste dans cette discussion est "
            "à vous : vous pouvez l’effacer.",
            "es": "Tus datos se eliminaron el {{1}}. Recibo: {{2}}. Lo que queda en este chat es tuyo y puedes "
            "borrarlo.",
            "ar": "حُذفت بياناتك في {{1}}. الإيصال: {{2}}. ما يبقى في هذه المحادثة يخصك ويمكنك مسحه.",
        },
    ),
    # The news about a line in one short sentence.
    "line_news": Template(
        ("Japan, 5 GB: your data runs low",),
        {
            "en": "There is news about your eSIM: {{1}}. Tap the button below to see what is left.",
            "fr": "Il y a du nouveau pour votre eSIM : {{1}}. Touchez le bouton ci-dessous pour voir ce qu’il reste.",
            "es": "Hay novedades sobre tu eSIM: {{1}}. Toca el botón de abajo para ver cuánto queda.",
            "ar": "لدينا خبر عن شريحة eSIM الخاصة بك: {{1}}. اضغط الزر أدناه لمعرفة ما تبقى.",
        },
        {"en": "What is left?", "fr": "Que reste-t-il ?", "es": "¿Cuánto queda?", "ar": "كم تبقى؟"},
    ),
    # The news in one short sentence.
    "general_news": Template(
        ("80% of your data is used",),
        {
            "en": "There is news about your eSIM: {{1}}. Tap the button below to learn more.",
            "fr": "Il y a du nouveau pour votre eSIM : {{1}}. Touchez le bouton ci-dessous pour en savoir plus.",
            "es": "Hay novedades sobre tu eSIM: {{1}}. Toca el botón de abajo para saber más.",
            "ar": "لدينا خبر عن شريحة eSIM الخاصة بك: {{1}}. اضغط الزر أدناه لمعرفة المزيد.",
        },
        {"en": "Tell me more", "fr": "En savoir plus", "es": "Saber más", "ar": "معرفة المزيد"},
    ),
}


def filled(name: str, values: tuple[str, ...], locale: str, opens: str = "") -> dict[str, Any]:
    """The content of a template message; `opens`: what its button does, where it has one.

    Raises ChannelError for a template, a number of values or a button that we lack.
    """
    template = TEMPLATES.get(name)
    if template is None or len(values) != len(template.examples) or bool(template.buttons) != bool(opens):
        raise ChannelError("template")
    language = re.split("[-_]", locale)[0].lower()
    code = language if language in template.texts else FALLBACK
    parameters = [{"type": "text", "text": _value(value, code)} for value in values]
    components = [{"type": "body", "parameters": parameters}, *([pressing(opens)] if opens else [])]
    return content(name, code, components)


def content(name: str, code: str, components: list[dict[str, Any]]) -> dict[str, Any]:
    """A template message as it is sent."""
    wanted = {"name": name, "language": {"code": code}, "components": components}
    return {"type": "template", "template": wanted}


def pressing(opens: str) -> dict[str, Any]:
    """What comes back when the first button is pressed."""
    payload = {"type": "payload", "payload": opens}
    return {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [payload]}


def registrations() -> list[dict[str, Any]]:
    """Every template in every language, as Meta wants it for approval."""
    return [
        registration(name, code, CATEGORY, _body(text, template.examples), template.buttons.get(code, ""))
        for name, template in TEMPLATES.items()
        for code, text in template.texts.items()
    ]


def registration(
    name: str, code: str, category: str, body: dict[str, Any], button: str = "", footer: str = ""
) -> dict[str, Any]:
    """One template in one language, as Meta wants it for approval."""
    replies = [{"type": "QUICK_REPLY", "text": button}]
    return {
        "name": name,
        "language": code,
        "category": category,
        "components": [
            body,
            *([{"type": "FOOTER", "text": footer}] if footer else []),
            *([{"type": "BUTTONS", "buttons": replies}] if button else []),
        ],
    }


def _body(text: str, examples: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}


def _value(value: str, code: str) -> str:
    # A value has no line breaks, no runs of blanks, and is never empty: Meta refuses those with 132018.
    short = shortened(value, MOST_VALUE, utf16) or "–"
    return f"{_FSI}{short}{_PDI}" if code in _RIGHT_TO_LEFT else short
