"""What providers send and what their clients send them: bodies of requests and of answers, streamed and whole. Pure.

Each module has the shape of one API, in the form that the provider documents. A text is given in pieces of a few
characters, as a model says it, each escaped for a JSON string.

`prompt`              what a client asks
`reply`               what a model says, and in which call
`openai_chat`         OpenAI chat completions, which most providers imitate; embeddings
`openai_responses`    OpenAI responses
`anthropic_messages`  Anthropic messages
`gemini`              Gemini
"""
