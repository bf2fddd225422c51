"""The kinds of bodies and the titles of posts that grassroots governance knows; both are open to more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from civicflow.texts import Text


def _bilingual(text: Text | str) -> Text:
    return Text.of(text)


@attrs.frozen
class BodyKind:
    """A kind of body, for instance a residents' committee (居民委员会).

    Attributes:
        name: the symbol that files and code use.
        text: what clerks and residents read.
        answers: whether it answers for the whole area that it stands in, as a Party organisation or a residents' committee
            does; whoever holds a post in it may read what concerns that area and everything below
            (`civicflow.hierarchy.reading`).
    """

    name: str
    text: Text = attrs.field(converter=_bilingual)
    answers: bool = False


_ANSWERING = frozenset(
    {
        "party-organisation", "government", "subdistrict-office", "residents-committee", "villagers-committee",
        "residents-supervisory-committee", "supervisory-board", "discipline-committee",
    }
)  # fmt: skip
"""The kinds that answer for their whole area; departments, stations, councils, companies, partners and the rest do not."""

KINDS: Mapping[str, BodyKind] = MappingProxyType(
    {
        name: BodyKind(name, text, answers=name in _ANSWERING)
        for name, text in {
            "party-organisation": "Party organisation | 党组织",
            "residents-committee": "residents' committee | 居民委员会",
            "villagers-committee": "villagers' committee | 村民委员会",
            "residents-supervisory-committee": "residents' supervisory committee | 居务监督委员会",
            "council": "council | 议事会",
            "supervisory-board": "supervisory board | 监事会",
            "owners-committee": "owners' committee | 业主委员会",
            "self-management-committee": "self-management committee | 自管委员会",
            "property-committee": "community environment and property management committee | 环境和物业管理委员会",
            "property-company": "property company | 物业服务企业",
            "social-work-station": "social-work station | 社工站",
            "alliance": "alliance of shops and residents | 商居联盟",
            "government": "government | 人民政府",
            "subdistrict-office": "subdistrict office | 街道办事处",
            "department": "department | 职能部门",
            "station": "station | 派驻机构",
            "committee": "committee | 委员会",
            "lead-committee": "lead committee | 统筹协调委员会",
            "joint-conference": "joint conference | 联席会议",
            "discipline-committee": "discipline committee | 纪律检查委员会",
            "partner": "partner organisation | 联建单位",
            "social-organisation": "social organisation | 社会组织",
            "social-enterprise": "social enterprise | 社会企业",
            "volunteer-team": "volunteer team | 志愿服务队",
            "task-force": "task force | 突击队",
            "emergency-command": "emergency command | 应急指挥部",
        }.items()
    }
)
"""The known kinds by name. A register file adds its own under ``kinds:``."""

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        name: Text.of(text)
        for name, text in {
            "secretary": "secretary | 书记",
            "deputy-secretary": "deputy secretary | 副书记",
            "head": "head | 负责人",
            "director": "director | 主任",
            "deputy-director": "deputy director | 副主任",
            "officer": "officer | 经办人",
            "captain": "captain | 队长",
            "clerk": "clerk | 工作人员",
            "chair": "chair | 议事长",
            "delegate": "delegate | 议事代表",
            "member": "member | 委员",
            "supervisor": "supervisor | 监督员",
            "inspector": "discipline inspector | 纪检委员",
            "integrity-monitor": "integrity monitor | 廉情监督员",
            "contact": "contact | 联络员",
            "mediator": "mediator | 调解员",
            "legal-adviser": "legal adviser | 法律顾问",
            "police-officer": "police officer | 民警",
            "monitor": "monitor | 监测员",
            "grid-leader": "grid leader | 网格长",
            "building-head": "building head | 楼栋长",
            "social-worker": "social worker | 社工",
            "manager": "manager | 经理",
            "treasurer": "treasurer | 财务人员",
        }.items()
    }
)
"""The titles of posts known by name; a post that is not among them brings its own."""

SITE_KINDS: Mapping[str, Text] = MappingProxyType(
    {
        name: Text.of(text)
        for name, text in {
            "neighbourhood-centre": "neighbourhood centre | 邻里中心",
            "community-space": "community space | 社区空间",
            "compound-space": "compound space | 院落空间",
            "contact-point": "contact point | 联络点",
            "service-desk": "service desk | 便民服务点",
            "reading-room": "reading room | 城市书房",
            "party-life-base": "base of open Party life | 开放式组织生活基地",
            "meeting-hall": "meeting hall | 议事厅",
            "canteen": "canteen | 社区食堂",
            "clinic": "clinic | 卫生服务站",
        }.items()
    }
)
"""The kinds of sites known by name; a register file adds its own under ``kinds:``."""
