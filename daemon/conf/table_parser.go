package conf

import "github.com/viplab/viplab/daemon/conf/schema"

// parserBlock lists what the language has besides keywords of blocks: package
// syntax reads it, wherever it stands.
func parserBlock() *schema.Block {
	row := func(name, form, doc string) schema.Keyword {
		return schema.Keyword{Name: name, Doc: doc, Field: schema.Field{Form: form}}
	}
	return &schema.Block{Path: "(parser)", Keywords: []schema.Keyword{
		row("include", "GLOB", "read those files here; that there are none is an error only with include_check"),
		row("includer", "GLOB", "read those files here; each must be readable"),
		row("includem", "GLOB", "read those files here; there must be one at least"),
		row("includew", "GLOB", "read those files here; patterns too must match one"),
		row("includeb", "GLOB", "read those files here; each of the words in braces must match one"),
		row("includea", "GLOB", "read those files here, with all of these checks"),
		row("@ID", "LINE", "read the line only if the configuration's ID is ID"),
		row("@^ID", "LINE", "read the line only if the configuration's ID is another"),
		row("$NAME=", "TEXT (trailing \\ continues)", "define a name for text, of several lines if need be"),
		row("${NAME}", "reference", "put in the text of a name; $NAME does too before a blank"),
		row("~SEQ", "(var, start, step, end)", "read the rest of the line once for each number"),
		row("~SEQx", "(var, start, step, end)", "read the rest of the line once for each number, in hexadecimal"),
		row("~LST", "(var | {vars}, values...)", "read the rest of the line once for each value"),
		row("${_PWD}", "", "put in the directory of the file"),
		row("${_INSTANCE}", "", "put in the configuration's ID"),
		row("${_RANDOM}", "[MIN [MAX]] 0-32767", "put in a random number"),
		row("${_ENV}", "NAME", "put in a variable of the environment"),
		row("${_HASH}", "", "put in a # that begins no comment"),
		row("${_BANG}", "", "put in a ! that begins no comment"),
		row("# !", "comment", "leave out the rest of the line, outside quotes"),
	}}
}
