package conf

// Word is a word of a line, without its quotes.
type Word struct {
	Text   string
	Quoted bool
	Pos    Pos
}

// Statement is a line of a configuration: its words, and the block that
// follows it, if one does.
type Statement struct {
	Words    []Word
	HasBlock bool
	Block    []*Statement
}

// Keyword is the first word; Args are the rest.
func (s *Statement) Keyword() string { return s.Words[0].Text }

// Args are the words after the first.
func (s *Statement) Args() []Word { return s.Words[1:] }

// Pos is where the statement begins.
func (s *Statement) Pos() Pos { return s.Words[0].Pos }

// maxDepth bounds nested blocks; the language nests five deep.
const maxDepth = 32

// parser makes statements of tokens. It always returns a tree: what does not
// fit is reported and left out.
type parser struct {
	scan   *scanner
	tok    token
	report func(Severity, Pos, string, ...any)
}

// parseTree reads the syntax of one file.
func parseTree(src, file string, report func(Severity, Pos, string, ...any)) []*Statement {
	p := &parser{scan: newScanner(src, file, report), report: report}
	p.advance()
	return p.statements(nil, 0)
}

func (p *parser) advance() { p.tok = p.scan.next() }

// statements reads up to the brace that closes owner's block, or, with no
// owner, to the end of the file.
func (p *parser) statements(owner *Statement, depth int) []*Statement {
	var list []*Statement
	for {
		switch p.tok.kind {
		case lineToken:
			p.advance()
		case wordToken:
			list = append(list, p.statement(depth))
		case openToken:
			list = p.open(list, depth)
		case closeToken:
			pos := p.tok.pos
			p.advance()
			if owner != nil {
				return list
			}
			p.report(Error, pos, `unexpected "}": no block is open`)
		case endToken:
			if owner != nil {
				p.report(Error, owner.Pos(), "block of %q is never closed: a \"}\" is missing", owner.Keyword())
			}
			return list
		}
	}
}

// statement reads the words of a line and the block that begins on it.
func (p *parser) statement(depth int) *Statement {
	s := &Statement{}
	for p.tok.kind == wordToken {
		s.Words = append(s.Words, Word{Text: p.tok.text, Quoted: p.tok.quoted, Pos: p.tok.pos})
		p.advance()
	}
	if p.tok.kind == openToken {
		p.block(s, depth)
	}
	return s
}

// open takes a "{" that begins a line: it belongs to the line before.
func (p *parser) open(list []*Statement, depth int) []*Statement {
	if len(list) > 0 && !list[len(list)-1].HasBlock {
		p.block(list[len(list)-1], depth)
		return list
	}
	p.report(Error, p.tok.pos, `unexpected "{": no keyword stands before it`)
	p.block(&Statement{Words: []Word{{Text: "{", Pos: p.tok.pos}}}, depth)
	return list
}

// block reads s's block; the current token is its "{".
func (p *parser) block(s *Statement, depth int) {
	pos := p.tok.pos
	p.advance()
	s.HasBlock = true
	if depth < maxDepth {
		s.Block = p.statements(s, depth+1)
		return
	}
	p.report(Error, pos, "blocks are nested more than %d deep", maxDepth)
	for open := 1; open > 0 && p.tok.kind != endToken; p.advance() {
		switch p.tok.kind {
		case openToken:
			open++
		case closeToken:
			open--
		}
	}
}
