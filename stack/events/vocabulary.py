"""The values of generated events: models, failures, names, and parts of sentences."""

# ruff: noqa: RUF001  # full-width punctuation is intended in Chinese texts

from typing import NamedTuple


class Model(NamedTuple):
    """A model; prices are for 1,000 tokens."""

    name: str
    share: int  # of the traffic, relative to the other models
    endpoint: str
    mode: int  # the gateway's number for the endpoint
    input_price: float
    output_price: float
    cached_price: float


class Failure(NamedTuple):
    """A status code and a message that comes with it."""

    code: int
    content: str


# endpoint and mode
CHAT = ("/v1/chat/completions", 1)
MESSAGES = ("/v1/messages", 12)
EMBEDDINGS = ("/v1/embeddings", 3)
RESPONSES = ("/v1/responses", 16)
GEMINI = ("/v1beta/models/gemini:streamGenerateContent", 21)

MODELS = [
    Model("gpt-4o", 14, *CHAT, 0.0025, 0.01, 0.00125),
    Model("gpt-4o-mini", 16, *CHAT, 0.00015, 0.0006, 0.000075),
    Model("gpt-4.1", 7, *CHAT, 0.002, 0.008, 0.0005),
    Model("o3-mini", 4, *CHAT, 0.0011, 0.0044, 0.00055),
    Model("claude-sonnet-4-5-20250929", 12, *MESSAGES, 0.003, 0.015, 0.0003),
    Model("claude-3-5-haiku-20241022", 6, *MESSAGES, 0.0008, 0.004, 0.00008),
    Model("claude-opus-4-1-20250805", 2, *MESSAGES, 0.015, 0.075, 0.0015),
    Model("gemini-2.5-pro", 5, *CHAT, 0.00125, 0.01, 0.00031),
    Model("gemini-2.5-flash", 6, *CHAT, 0.0003, 0.0025, 0.000075),
    Model("deepseek-chat", 15, *CHAT, 0.002, 0.008, 0.0005),
    Model("deepseek-reasoner", 8, *CHAT, 0.004, 0.016, 0.001),
    Model("qwen-max", 6, *CHAT, 0.0024, 0.0096, 0.0006),
    Model("qwen3-235b-a22b-instruct", 4, *CHAT, 0.002, 0.008, 0.0004),
    Model("glm-4.6", 4, *CHAT, 0.002, 0.008, 0.0004),
    Model("doubao-1-5-pro-32k", 3, *CHAT, 0.0008, 0.002, 0.00016),
    Model("text-embedding-3-large", 5, *EMBEDDINGS, 0.00013, 0.0, 0.0),
]

FAILURES = [
    Failure(429, "Rate limit reached for requests per minute (RPM): limit 500, used 500. Please retry after 20s"),
    Failure(429, "rate limit exceeded: group is over its tokens per minute (tpm) quota"),
    Failure(429, "请求过于频繁，已触发限流，请稍后重试"),
    Failure(429, "当前分组上游负载已饱和，请稍后再试"),
    Failure(429, "You exceeded your current quota, please check your plan and billing details. insufficient_quota"),
    Failure(400, "Invalid 'max_tokens': integer above maximum value. Expected a value <= 16384"),
    Failure(400, "This model's maximum context length is 128000 tokens, however you requested 131214 tokens"),
    Failure(400, "参数错误：messages 不能为空"),
    Failure(401, "Incorrect API key provided: sk-***. You can find your API key at https://platform.openai.com"),
    Failure(401, "令牌已过期或验证不正确"),
    Failure(403, "余额不足，请充值后再试"),
    Failure(500, "The server had an error while processing your request. Sorry about that!"),
    Failure(500, "upstream connect error or disconnect/reset before headers. reset reason: connection termination"),
    Failure(500, "上游服务异常，获取响应失败"),
    Failure(504, "upstream timeout: context deadline exceeded (Client.Timeout exceeded while awaiting headers)"),
    Failure(504, "请求超时，上游在 120 秒内没有响应"),
]
FAILURE_SHARES = [12, 10, 10, 6, 4, 8, 6, 4, 6, 4, 8, 7, 6, 5, 13, 11]

TOKEN_NAMES = [
    "default",
    "production",
    "staging",
    "cursor",
    "chat-web",
    "agent-prod",
    "批量任务",
    "测试环境",
    "eval",
    "客服机器人",
]
USERS = [
    "",
    "",
    "",
    "user-{n}",
    "user_{n}",
    "u{n}@example.com",
    "dev{n}@corp.example.cn",
    "张伟",
    "王芳",
    "李娜",
    "佐藤",
    "김민준",
]
METADATA = [
    {},
    {},
    {"client": "openai-python/1.54.3", "region": "cn-hangzhou"},
    {"client": "anthropic-sdk-typescript/0.32.1", "session": "s-{n}"},
    {"trace_id": "{n:032x}", "app": "customer-support"},
    {"app": "cursor", "workspace": "ws-{n}", "editor.version": "0.43.6"},
    {"部门": "市场部", "项目": "内容生成"},
    {"job": "nightly-eval", "shard": "{n}", "retry-policy": "exponential"},
    {"x-tenant-{n}": "on", "tier": "pro"},
]

ENGLISH = (
    ["Please", "Could you", "Now", "Next,", "Then", "If possible,", "For the report,", "In Python,"],
    [
        "summarize",
        "translate",
        "rewrite",
        "review",
        "explain",
        "compare",
        "classify",
        "extract",
        "refactor",
        "debug",
    ],
    [
        "the quarterly",
        "this customer",
        "the internal",
        "our public",
        "a recent",
        "the attached",
        "the failing",
        "a long",
    ],
    [
        "report",
        "email thread",
        "pull request",
        "contract",
        "log file",
        "meeting transcript",
        "SQL query",
        "unit test",
    ],
    [
        "in three bullet points.",
        "for a general audience.",
        "without changing its meaning.",
        "and list every date.",
    ],
)
ENGLISH_ANSWERS = (
    [
        "The document",
        "Your function",
        "The root cause",
        "This approach",
        "A better option",
        "The second paragraph",
    ],
    [
        "describes",
        "depends on",
        "is limited by",
        "improves",
        "ignores",
        "should return",
        "can be replaced by",
    ],
    [
        "the retry policy",
        "a cached response",
        "the connection pool",
        "customer feedback",
        "an index on created_at",
    ],
    [
        "because the upstream closes idle sockets.",
        "so latency drops by 40 percent.",
        "as shown in section 4.2.",
    ],
)
CHINESE = (
    ["请", "帮我", "麻烦", "接下来请", "根据上下文", "用简洁的语言", "以专业的口吻", "结合实际案例"],
    ["总结", "翻译", "改写", "分析", "解释", "比较", "提取", "优化", "校对", "生成"],
    ["这份季度", "下面的用户", "附件中的", "最新的", "公司内部的", "客户反馈的", "线上系统的", "昨天会议的"],
    [
        "财务报告",
        "产品需求文档",
        "错误日志",
        "合同条款",
        "会议纪要",
        "数据库查询语句",
        "单元测试",
        "营销文案",
    ],
    ["，并列出三个要点。", "，不要改变原意。", "，输出为表格。", "，控制在两百字以内。"],
)
CHINESE_ANSWERS = (
    ["根据您提供的内容", "从整体上看", "问题的根本原因是", "建议的做法是", "需要注意的是", "第一步"],
    [
        "上游接口响应超时",
        "数据库连接池已经耗尽",
        "缓存命中率明显提高",
        "用户对新功能比较满意",
        "权限配置不正确",
    ],
    [
        "，因此延迟下降了百分之四十。",
        "，可以通过重试机制解决。",
        "，请在下个版本中修复。",
        "，详见第四章的说明。",
    ],
)
JAPANESE = (
    ["次の", "添付の", "最新の", "こちらの"],
    ["議事録", "契約書", "エラーログ", "プレスリリース", "ソースコード"],
    ["を要約してください。", "を英語に翻訳してください。", "の問題点を指摘してください。"],
)
KOREAN = (
    ["다음", "첨부된", "최근", "고객이 보낸"],
    ["회의록을", "계약서를", "오류 로그를", "보도 자료를"],
    ["요약해 주세요.", "영어로 번역해 주세요.", "검토하고 수정해 주세요."],
)
CODE = (
    ["```python\ndef ", "```go\nfunc ", "```ts\nexport function "],
    ["parse_event", "retryRequest", "load_config", "mergeSort", "fetchUser"],
    [
        '(payload):\n\treturn json.loads(payload)["data"]\n```',
        "(ctx, id) {\n\treturn nil, errTimeout\n}\n```",
    ],
)
SYSTEM_PROMPTS = [
    "You are a helpful assistant.",
    "You are a senior engineer. Answer with code first, then one short explanation.",
    "你是一个专业的客服助手，请用中文回答用户的问题。",
    "你是资深数据分析师，回答要有依据，不确定时请直接说明。",
    "あなたは丁寧な日本語アシスタントです。",
]
