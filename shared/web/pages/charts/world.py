"""Where each country's tile lies on our map of the world: neighbours stay neighbours, sizes are all equal."""

from __future__ import annotations

_ROWS = """
.. .. .. .. .. .. GL .. .. IS .. .. NO SE FI .. .. .. .. RU .. .. .. ..
.. CA .. .. .. .. .. .. .. IE GB .. DK .. EE LV LT BY .. KZ KG MN .. ..
.. US .. .. BS .. .. .. .. .. NL DE PL CZ SK UA MD .. UZ TJ CN KP .. JP
.. MX .. CU HT DO KN AG .. .. BE LU LI AT HU RO GE AM TM AF BT KR .. ..
GT BZ .. JM .. PR DM LC .. .. FR CH IT SI HR RS BG AZ IR PK NP TW .. ..
SV HN .. .. .. GD VC BB .. PT ES AD MC SM BA MK XK TR IQ IN BD HK .. ..
NI CR .. .. .. TT .. .. .. .. .. .. MT VA ME AL GR SY KW LK MM LA VN ..
.. PA CO VE GY SR GF .. CV MA DZ TN LY EG PS CY LB JO SA MV TH KH PH ..
.. .. EC PE BR .. .. .. .. EH MR ML NE TD SD IL ER YE OM .. MY BN .. PW
.. .. .. BO PY .. .. .. SN GM BF NG CF SS ET DJ BH QA AE .. SG .. FM MH
.. .. .. CL UY .. .. .. GW GN BJ CM CG RW UG KE SO .. .. .. ID TL PG NR
.. .. .. AR .. .. .. .. SL LR TG GA CD BI TZ KM SC .. .. .. .. AU SB TV
.. .. .. .. .. .. .. .. .. CI GH GQ AO ZM MW MG MU .. .. .. .. .. VU FJ
.. .. .. .. .. .. .. .. .. .. ST .. NA ZW MZ RE .. .. .. .. .. NZ TO WS
.. .. .. .. .. .. .. .. .. .. .. .. BW ZA LS SZ .. .. .. .. .. .. KI ..
"""

PLACES: dict[str, tuple[int, int]] = {
    code: (column, row)
    for row, line in enumerate(_ROWS.strip().splitlines())
    for column, code in enumerate(line.split())
    if code != ".."
}
