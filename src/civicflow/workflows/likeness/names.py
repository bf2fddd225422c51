"""Names of people, compared as people write them."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from typing import Final

import attrs

from civicflow.hierarchy.naming import spelled

_TRADITIONAL: Final = str.maketrans(
    "張陳劉楊黃趙吳孫馬羅鄭謝韓馮鄧許蔣賈葉閻閆鍾譚陸範盧蘇呂萬龍錢湯賀賴龔顧嚴齊莊魯韋歐陽倫傑偉強麗華國軍愛蘭鳳紅榮賢東廣慶蓮貴寶財興勝鵬飛鋒銘"
    "銀鐵鎮長貞瑩潔靜豔艷瓊瑤雲樂業義禮儉讓誠謙學書畫輝煒燁燦煥曉曄暉時實賓憲聖運遠達進連選遲適郵鄉鄒鄺餘餚鄔區蕭衛滿補樓橋權機條沒決濟渾溝潤漢瀾"
    "灣為無爾猶獻獲環現瑪電疇瘋皚監盤眾矯碩確種稱穩窮競筆節築簡糧紀約級純納紗紹經綠維網綱緒綺緣練縣總績織繼續聯聲職肅臨與舊艦蒼葦藝蘆燈壞聽礦戶關"
    "於給發費鄰場務濫辦訴",
    "张陈刘杨黄赵吴孙马罗郑谢韩冯邓许蒋贾叶阎闫钟谭陆范卢苏吕万龙钱汤贺赖龚顾严齐庄鲁韦欧阳伦杰伟强丽华国军爱兰凤红荣贤东广庆莲贵宝财兴胜鹏飞锋铭"
    "银铁镇长贞莹洁静艳艳琼瑶云乐业义礼俭让诚谦学书画辉炜烨灿焕晓晔晖时实宾宪圣运远达进连选迟适邮乡邹邝余肴邬区萧卫满补楼桥权机条没决济浑沟润汉澜"
    "湾为无尔犹献获环现玛电畴疯皑监盘众矫硕确种称稳穷竞笔节筑简粮纪约级纯纳纱绍经绿维网纲绪绮缘练县总绩织继续联声职肃临与旧舰苍苇艺芦灯坏听矿户关"
    "于给发费邻场务滥办诉",
)


_COMPOUND: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒"
    "|鲜于|司空|闾丘|令狐|百里|呼延"
)


_ADDRESS: Final = re.compile(
    "(?<=.)(?:老人家|老大爷|老大娘|老师傅|大爷|大娘|大妈|大伯|大叔|大哥|大姐|大嫂|爷爷|奶奶|叔叔|阿姨|伯伯|婆婆|嬢嬢|孃孃|师傅|老师|医生|先生|女士|小姐|同志"
    "|主任|书记|村长|组长|经理|老板|某某|某)$|(?<=^.)[总姐哥叔姨婶嫂伯]$"
)


_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr"})


_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


_WORD: Final = re.compile(r"[^\W_]+")


@attrs.frozen
class Name:
    """A person's name as it is compared.

    Attributes:
        forms: every order in which its parts may stand.
        family: the family name of a Chinese one; empty where it cannot be told.
        given: the rest of it; empty where only a form of address was written.
    """

    forms: frozenset[str]
    family: str = ""
    given: str = ""


@lru_cache(maxsize=65_536)
def read_name(name: str) -> Name:
    """A name as somebody wrote it.

    >>> sorted(read_name("張 建国").forms), read_name("张大爷")
    (['建国张', '张建国'], Name(forms=frozenset(), family='张', given=''))
    >>> read_name("ZHANG, Wei").forms == read_name("Wei Zhang").forms
    True
    """
    words = [word for word in _WORD.findall(spelled(name).translate(_TRADITIONAL)) if word not in _TITLES]
    whole = "".join(words)
    if not _HAN.search(whole):
        return Name(_orders(words))
    bare = _ADDRESS.sub("", whole)
    called = bare != whole
    if len(bare) == 2 and bare[0] in "老小" and bare[1] not in "老小":
        bare, called = bare[1], True
    size = 2 if _COMPOUND.match(bare) else 1
    family, given = bare[:size], bare[size:]
    if not given:
        return Name(frozenset() if called else frozenset({bare}), family)
    if len(words) > 1 and not called:
        return Name(_orders(words), family, given)
    return Name(frozenset({bare}), family, given)


def _orders(words: list[str]) -> frozenset[str]:
    return frozenset("".join(words[i:] + words[:i]) for i in range(len(words)))


def names_alike(one: str, other: str) -> Fraction:
    """How like two names of persons are, 0 to 1: 1 for one name in two spellings, ½ for a family name alone.

    >>> [str(names_alike("张建国", name)) for name in ("張建國", "张健国", "张大爷", "张秀英", "王建国")]
    ['1', '3/4', '1/2', '0', '0']
    """
    here, there = read_name(one), read_name(other)
    if here.forms & there.forms:
        return Fraction(1)
    if not here.family or here.family != there.family:
        return Fraction(0)
    if not (here.given and there.given):
        return Fraction(1, 2)
    shared = (Counter(here.given) & Counter(there.given)).total()
    return (1 + Fraction(shared, max(len(here.given), len(there.given)))) / 2 if shared else Fraction(0)
