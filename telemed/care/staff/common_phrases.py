"""Phrases of fifteen letters and more that lists of leaked passwords hold often, in lower case without spaces and signs."""

from __future__ import annotations

COMMON_PHRASES = frozenset(
    """
    correcthorsebatterystaple thisismypassword thisisapassword thisisnotapassword mypasswordispassword passwordpassword
    passwortpasswort meinpasswortistgeheim dasistmeinpasswort letmeinletmein letmeinplease iloveyouforever iloveyousomuch
    iloveyoubaby iloveyouiloveyou ichliebedichsehr ichliebedichueberalles administrator administratoradmin administratorpassword
    qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm qwertzuiopasdfghjkl qwertzuiopasdfghjklyxcvbnm welcometothejungle
    welcometomyworld welcomewelcome willkommenwillkommen maytheforcebewithyou theforceiswithyou livelongandprosper
    onceuponatime tobeornottobe tobeornottobethatisthequestion thequickbrownfox thequickbrownfoxjumpsoverthelazydog
    itwasthebestoftimes nevergonnagiveyouup nevergonnaletyoudown opensesameopensesame winteriscoming youshallnotpass
    hellohellohello helloworldhelloworld monkeymonkeymonkey dragondragondragon sunshinesunshine princessprincess
    footballfootball baseballbaseball bayernmuenchen borussiadortmund schalkenullvier liverpoolfootballclub manchesterunited
    realmadridclubdefutbol youllneverwalkalone abcdefghijklmno abcdefghijklmnop abcdefghijklmnopqrstuvwxyz aaaaaaaaaaaaaaa
    changemechangeme changemeplease changethispassword pleasechangeme supersecretpassword supergeheimespasswort topsecretpassword
    defaultpassword temporarypassword testtesttesttest testpasswordtest masterpassword unbelievable internationalization
    jesuslovesyou jesuschristislord godisgoodallthetime lordoftherings dersherrderringe harrypotterharrypotter starwarsstarwars
    supercalifragilisticexpialidocious antidisestablishmentarianism donaudampfschifffahrtsgesellschaft rechtsschutzversicherung
    allemeineentchen fuchsduhastdiegansgestohlen aepfelfallennichtweitvomstamm carpediemcarpediem hakunamatatahakunamatata
    """.split()
)
