"""Peer: aiogram's finite state machine with MemoryStorage, as in its documentation's example.

Default settings: `Dispatcher.run_polling`, a task per update, and uvloop, which aiogram takes when it is installed.
"""

from __future__ import annotations

import argparse

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from questions import QUESTIONS, THANKS, Question

router = Router()


class Report(StatesGroup):
    relation = State()
    name = State()
    mother = State()
    sex = State()
    born = State()
    place = State()
    date = State()
    category = State()
    story = State()
    consent = State()


STATES = [getattr(Report, question.key) for question in QUESTIONS]


def keyboard(question: Question) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(text=label, callback_data=value)] for value, label in question.choices]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.clear()
    await state.set_state(STATES[0])
    await message.answer(QUESTIONS[0].text, reply_markup=keyboard(QUESTIONS[0]))


async def move_on(number: int, state: FSMContext, answer: str | None) -> tuple[str, InlineKeyboardMarkup | None]:
    """Keep the answer and give what to show next."""
    await state.update_data({QUESTIONS[number].key: answer})
    if number + 1 == len(QUESTIONS):
        await state.clear()
        return THANKS, None
    await state.set_state(STATES[number + 1])
    return QUESTIONS[number + 1].text, keyboard(QUESTIONS[number + 1])


def register(number: int) -> None:
    async def typed(message: Message, state: FSMContext) -> None:
        text, buttons = await move_on(number, state, message.text)
        await message.answer(text, reply_markup=buttons)

    async def pressed(query: CallbackQuery, state: FSMContext) -> None:
        await query.answer()
        text, buttons = await move_on(number, state, query.data)
        await query.message.edit_text(text, reply_markup=buttons)

    choices = [value for value, _ in QUESTIONS[number].choices]
    if choices:
        router.callback_query.register(pressed, STATES[number], F.data.in_(choices))
    else:
        router.message.register(typed, STATES[number], F.text)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--api", required=True)
    chosen = options.parse_args()
    for number in range(len(QUESTIONS)):
        register(number)
    dispatcher = Dispatcher()  # its default storage is MemoryStorage
    dispatcher.include_router(router)
    bot = Bot("4242:bench", session=AiohttpSession(api=TelegramAPIServer.from_base(chosen.api)))
    dispatcher.run_polling(bot)


if __name__ == "__main__":
    main()
