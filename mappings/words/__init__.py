"""How texts become words for the search: the same function for what is indexed and for what is searched.

`folded` is the way in, `words_of`: a text as its words, folded, with a blank between two. `characters` what becomes of
each character that is not ASCII, by its Unicode properties; `terminal` codes of terminals;
`places` where the words are in the text, `repeats` how often the most frequent one occurs.
"""
