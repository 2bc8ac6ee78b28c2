package conf

import (
	"bufio"
	"fmt"
	"io"

	"github.com/viplab/viplab/daemon/conf/schema"
)

// rows lists the table: the keywords of each block, the words of lines, and what
// package syntax reads, each at each of its places.
func rows() ([]schema.Row, error) {
	root, err := table()
	if err != nil {
		return nil, fmt.Errorf("keyword table: %w", err)
	}
	var list []schema.Row
	for _, r := range append(schema.Rows(root), schema.Rows(parserBlock())...) {
		if !r.Keyword.Unlisted {
			list = append(list, r)
		}
	}
	return list, nil
}

// WriteKeywords writes each keyword on a line: the path of its block, its name
// and what vipd makes of it, with tabs between, below a line with the names of
// these columns.
func WriteKeywords(w io.Writer) error {
	list, err := rows()
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "block_path\tkeyword\tstatus\n")
	for _, r := range list {
		fmt.Fprintf(b, "%s\t%s\t%s\n", r.Path, r.Keyword.Name, r.Keyword.Status)
	}
	return b.Flush()
}
