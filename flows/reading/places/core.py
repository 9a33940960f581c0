"""tmp"""
from flows.reading.places.keys import parts
from flows.reading.places.spans import spot
from flows.reading.places.choose import choose
from flows.reading.places.lexicon import NO_ANSWER
def look(p,l):
    w=parts(p,l)
    if ' '.join(w) in NO_ANSWER or not w: return None
    return choose(spot(w,l))
