package conf

import (
	"encoding/hex"
	"strings"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// payloadField is payload: hex digits, in words of any length.
func payloadField() schema.Field {
	return schema.Field{Form: "HEX", Min: 1, Max: -1,
		Read: func(c *schema.Context, obj any, words []word) {
			if data, _, ok := hexWords(c, words, false); ok {
				obj.(*UDPProbe).Payload = data
				return
			}
			c.Reject()
		},
		Print: func(obj any) [][]string {
			if p := obj.(*UDPProbe).Payload; len(p) > 0 {
				return printed(hex.EncodeToString(p))
			}
			return nil
		}}
}

// replyField is require_reply, alone or with hex digits in which x is any digit.
func replyField() schema.Field {
	return schema.Field{Form: "[HEX, x wildcard]", Max: -1,
		Read: func(c *schema.Context, obj any, words []word) {
			u := obj.(*UDPProbe)
			u.RequireReply = true
			if data, mask, ok := hexWords(c, words, true); ok {
				u.Reply, u.Mask = data, mask
			}
		},
		Print: func(obj any) [][]string {
			u := obj.(*UDPProbe)
			switch {
			case !u.RequireReply:
				return nil
			case len(u.Reply) == 0:
				return [][]string{{}}
			}
			text := []byte(hex.EncodeToString(u.Reply))
			for i := range text {
				if digit := u.Mask[i/2] >> (4 - i%2*4) & 15; digit == 0 {
					text[i] = 'x'
				}
			}
			return printed(string(text))
		}}
}

// hexWords reads bytes. A word with an odd number of digits ends in a byte of
// one digit.
func hexWords(c *schema.Context, words []word, wild bool) (data, mask []byte, ok bool) {
	digits := "0123456789abcdef"
	for _, w := range words[1:] {
		for part := range strings.FieldsSeq(strings.ToLower(w.Text)) {
			for i := 0; i < len(part); i += 2 {
				b, m := byte(0), byte(0)
				for j := i; j < min(i+2, len(part)); j++ {
					n := strings.IndexByte(digits, part[j])
					switch {
					case n >= 0:
						b, m = b<<4|byte(n), m<<4|15
					case part[j] == 'x' && wild:
						b, m = b<<4, m<<4
					default:
						c.Errorf(diag.BadText, w, "%s: %q is no hex digit: the words are passed over", words[0].Text, part[j])
						return nil, nil, false
					}
				}
				if i+1 == len(part) && m == 15 {
					m = 255
				}
				data, mask = append(data, b), append(mask, m)
			}
		}
	}
	return data, mask, true
}
