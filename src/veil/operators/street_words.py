"""Street words: the short and the long form of what stands beside a street's name, so that both are one street."""

from __future__ import annotations

import re
from functools import cache

# Source: USPS Publication 28, appendix C1 (street suffixes), B (directions) and C2 (units), the forms that people write.
_FORMS = """
alley aly ally; annex anx; avenue ave av aven avenu avn avnue; beach bch; bend bnd; bluff blf; bottom btm; boulevard blvd boul boulv;
branch br; bridge brg brdge; brook brk; bypass byp; camp cp; canyon cyn; cape cpe; causeway cswy; center ctr centre; circle cir circ
crcl; cliff clf; club clb; common cmn; corner cor; corners cors; course crse; court ct crt; courts cts; cove cv; creek crk; crescent
cres crsent; crossing xing crssng; dale dl; drive dr driv drv; estate est; estates ests; expressway expy exp expr; extension ext extn;
falls fls; ferry fry; field fld; fields flds; flats flts; ford frd; forest frst; fork frk; forks frks; fort ft; freeway fwy frwy;
garden gdn; gardens gdns; gateway gtwy; glen gln; green grn; grove grv; harbor hbr; haven hvn; heights hts ht; highway hwy hiway hway;
hill hl; hills hls; hollow holw; inlet inlt; island is; islands iss; junction jct; key ky; knoll knl; knolls knls; lake lk; lakes lks;
landing lndg; lane ln; light lgt; loaf lf; lock lck; lodge ldg; manor mnr; meadow mdw; meadows mdws; mill ml; mills mls; mission msn;
motorway mtwy; mount mt; mountain mtn; orchard orch; parkway pkwy pky parkwy; pass ps; pine pne; pines pnes; place pl; plain pln; plains
plns; plaza plz; point pt; points pts; port prt; prairie pr; radial radl; ranch rnch; rapids rpds; rest rst; ridge rdg; ridges rdgs; river
riv; road rd; roads rds; route rte; shoal shl; shore shr; shores shrs; skyway skwy; spring spg; springs spgs; square sq sqr; station sta;
stream strm; street st str strt; summit smt; terrace ter terr; throughway trwy; trace trce; track trak; trail trl tr; tunnel tunl;
turnpike tpke trnpk; union un; valley vly; viaduct via; view vw; village vlg; ville vl; vista vis; walk wlk; way wy; well wl; wells wls;
north n; south s; east e; west w; northeast ne; northwest nw; southeast se; southwest sw; apartment apt; building bldg; floor fl flr;
room rm; suite ste; unit un
"""
_WORD = re.compile(r"[^\W_]+")


@cache
def _long() -> dict[str, str]:
    groups = (group.split() for group in _FORMS.split(";"))
    return {short: group[0] for group in groups for short in reversed(group)}


def street_key(value: str) -> str:
    """An address as it is compared: `12 LARKSPUR LN.` and `12 Larkspur Lane` are one."""
    long = _long()
    return " ".join(long.get(word, word) for word in _WORD.findall(value.casefold()))
