package schema

// Row is a row of the table as it is listed.
type Row struct {
	Path    string // of the block
	Keyword *Keyword
	Item    bool // a word of a line, not a keyword of a block
}

// Rows lists the table that begins at root, in its order: a keyword, then what
// stands in its block.
func Rows(root *Block) []Row {
	var list []Row
	seen := map[*Block]bool{}
	var visit func(b *Block)
	visit = func(b *Block) {
		if seen[b] {
			return
		}
		seen[b] = true
		if b.Item != nil {
			if b.Item.Head.Name != "" {
				list = append(list, Row{b.Path, &b.Item.Head, true})
			}
			for i := range b.Item.Options {
				list = append(list, Row{b.Path, &b.Item.Options[i], true})
			}
		}
		for i := range b.Keywords {
			k := &b.Keywords[i]
			list = append(list, Row{b.Path, k, false})
			if k.Block != nil {
				visit(k.Block)
			}
		}
	}
	visit(root)
	return list
}
