"""Hypothesis strategies for texts as they arrive: copied from pages, typed on phones, in both scripts."""

from hypothesis import strategies as st

_PIECES = (
    "公司拖欠我三个月工资",
    "居民们准备集体去市政府上访",
    "我不想活了",
    "，",
    "。",
    "\n",
    "\r\n",
    " ",
    "\u3000",
    "ＡＢＣ１２３，",
    "學校門口車輛亂停",
    "「強拆」",
    "😀",
    "👨\u200d👩\u200d👧",
    "𠮷",
    "\ud83d",
    "e\u0301",
    "工\u200b资\ufeff",
    "ﬁ㈱㎡½",
    "İ",
    "<br/>",
    '<p class="x">',
    "&nbsp;",
    "重(chóng)",
    "【关闭窗口】打印本页",
    "http://www.example.cn/1.html",
    "上一篇：某地通知",
    "_x000D_",
    "\x00",
)

messy_texts = st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=20).map("".join)
