package regex

// emit writes an atom.
func (t *translator) emit(text string) {
	t.atom, t.repeated = len(t.out), false
	t.out = append(t.out, text...)
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

func (t *translator) dot() string {
	if t.mode.dotall {
		return set{}.text(true, t.last())
	}
	return set{spans: spans('\n', '\n')}.text(true, t.last())
}

// skip passes over white space and comments of an extended pattern.
func (t *translator) skip() {
	if t.in[t.at] != '#' {
		t.at++
		return
	}
	if _, ok := t.until("\n"); !ok {
		t.at = len(t.in)
	}
}

// character writes a character that means itself.
func (t *translator) character(c rune) {
	if !t.mode.caseless {
		t.emit(literal(c))
		return
	}
	s := folded(spans(c, c), t.utf)
	if len(s) == 1 {
		t.emit(literal(c))
		return
	}
	t.emit(set{spans: s}.text(false, t.last()))
}
