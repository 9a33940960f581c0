"""Peer: python-telegram-bot's own ConversationHandler, as in its `conversationbot` and `inlinekeyboard2` examples.

Default settings: run_polling, HTTPXRequest, updates one after another. With `--pickle FILE` the PicklePersistence of
the `persistentconversationbot` example, whose default writes to disk once a minute.
"""

from __future__ import annotations

import argparse

from questions import QUESTIONS, THANKS, Question
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    ApplicationBuilder,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

Context = ContextTypes.DEFAULT_TYPE


def keyboard(question: Question) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(label, callback_data=value)] for value, label in question.choices]
    return InlineKeyboardMarkup(rows) if rows else None


async def start(update: Update, context: Context) -> int:
    context.user_data.clear()
    await update.message.reply_text(QUESTIONS[0].text, reply_markup=keyboard(QUESTIONS[0]))
    return 0


def after(state: int) -> tuple[str, InlineKeyboardMarkup | None, int]:
    if state + 1 == len(QUESTIONS):
        return THANKS, None, ConversationHandler.END
    return QUESTIONS[state + 1].text, keyboard(QUESTIONS[state + 1]), state + 1


def handler(state: int) -> BaseHandler:
    """Takes the answer to one question and asks the next."""
    question = QUESTIONS[state]
    text, buttons, following = after(state)

    async def typed(update: Update, context: Context) -> int:
        context.user_data[question.key] = update.message.text
        await update.message.reply_text(text, reply_markup=buttons)
        return following

    async def pressed(update: Update, context: Context) -> int:
        query = update.callback_query
        await query.answer()
        context.user_data[question.key] = query.data
        await query.edit_message_text(text, reply_markup=buttons)
        return following

    if question.choices:
        return CallbackQueryHandler(pressed, pattern=f"^({'|'.join(value for value, _ in question.choices)})$")
    return MessageHandler(filters.TEXT & ~filters.COMMAND, typed)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--api", required=True)
    options.add_argument("--pickle", metavar="FILE")
    chosen = options.parse_args()
    builder = ApplicationBuilder().token("4242:bench").base_url(f"{chosen.api}/bot")
    if chosen.pickle:
        builder = builder.persistence(PicklePersistence(filepath=chosen.pickle))
    application = builder.build()
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", start)],
            states={state: [handler(state)] for state in range(len(QUESTIONS))},
            fallbacks=[CommandHandler("start", start)],
            name="report" if chosen.pickle else None,
            persistent=bool(chosen.pickle),
        )
    )
    application.run_polling(allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    main()
