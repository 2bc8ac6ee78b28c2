package conf

// Tree returns the syntax of a file's text with its positions, as far as it can
// be made out and without what the file includes: for tools that rewrite a file.
func Tree(src []byte) []*Statement {
	return parseTree(string(src), "", func(Severity, Pos, string, ...any) {})
}
