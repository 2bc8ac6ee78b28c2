package conf

import (
	"encoding/hex"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
	"github.com/viplab/viplab/daemon/conf/syntax"
)

// authRows are both ways to prove where an advert comes from.
func authRows() []schema.Keyword {
	return []schema.Keyword{
		{Name: "authentication", Doc: "put a password into adverts", Field: schema.Open(),
			Block: &schema.Block{Path: "vrrp_instance/authentication", Keywords: []schema.Keyword{
				{Name: "auth_type", Else: "none", Doc: "authenticate in that way", Field: authType()},
				{Name: "auth_pass", Doc: "authenticate with that password", Field: authPass()},
			}}},
		hmacRow(),
	}
}

// authTypes are the words of auth_type by their number on the wire
// (RFC 2338 5.3.6).
func authTypes() []string { return []string{"", "PASS", "AH"} }

func authType() schema.Field {
	return schema.Field{Form: "PASS|AH", Min: 1, Max: 1,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			if word, ok := c.Choice(words[0], words[1], authTypes()[1:]); ok {
				obj.(*Instance).AuthType = 1
				if word == "AH" {
					obj.(*Instance).AuthType = 2
				}
			}
		},
		Print: func(obj any) [][]string {
			if n := obj.(*Instance).AuthType; n > 0 {
				return [][]string{{authTypes()[n]}}
			}
			return nil
		}}
}

// maxPass is the length of the authentication data (RFC 2338 5.3.6.2).
const maxPass = 8

func authPass() schema.Field {
	f := schema.String(func(i *Instance) *string { return &i.AuthPass })
	f.Form, f.Secret = "STRING <=8", true
	f.Read = func(c *schema.Context, obj any, words []syntax.Word) {
		text := words[1].Text
		if len(text) > maxPass {
			c.Errorf(diag.TooLong, words[1], "auth_pass has %d bytes; only the first %d are used", len(text), maxPass)
			text = text[:maxPass]
		}
		obj.(*Instance).AuthPass = text
	}
	return f
}

func hmacRow() schema.Keyword {
	block := &schema.Block{Path: "vrrp_instance/auth_hmac", New: func() any { return new(AuthHMAC) }, Keywords: []schema.Keyword{
		{Name: "key", Newer: true, Many: true, Doc: "know that key", Field: hmacKey()},
		{Name: "active_key", Newer: true, Else: "first key", Doc: "sign with that key", Fill: settled,
			Field: schema.Int(1, 255, func(h *AuthHMAC) *int { return &h.ActiveKey })},
		{Name: "anti_replay", Newer: true, Default: "time", Doc: "count adverts by that clock",
			Field: schema.OneOf(func(h *AuthHMAC) *string { return &h.AntiReplay }, "time", "monotonic")},
		{Name: "time_window", Newer: true, Else: "max(5, 3 x advert_int)", Doc: "bear that difference of the clocks", Fill: settled,
			Field: schema.WholeSeconds(1, 300, func(h *AuthHMAC) *time.Duration { return &h.TimeWindow }).As("INT 1-300 s")},
		{Name: "mode", Newer: true, Default: "enforce", Doc: "treat unsigned adverts in that way",
			Field: schema.OneOf(func(h *AuthHMAC) *string { return &h.Mode }, "enforce", "permissive", "receive-only")},
	}}
	return schema.Keyword{Name: "auth_hmac", Newer: true, Doc: "sign adverts", Block: block,
		Field: schema.Field{Form: "block",
			Begin: func(_ *schema.Context, obj any, _ *syntax.Statement) any {
				i := obj.(*Instance)
				if i.HMAC == nil {
					i.HMAC = schema.New[AuthHMAC](block)
				}
				return i.HMAC
			},
			Each: func(obj any) iter.Seq2[[]string, any] {
				return func(yield func([]string, any) bool) {
					if h := obj.(*Instance).HMAC; h != nil {
						yield(nil, h)
					}
				}
			}}}
}

// The length of a key, in bytes.
const minKey, maxKey = 32, 64

// hmacKey takes keys by ID. What they are stands in no message.
func hmacKey() schema.Field {
	return schema.Field{Form: "ID(1-255) TEXT | hex:HEX | file:PATH (32-64 bytes)", Min: 2, Max: 2, Secret: true, Kind: schema.List,
		Read: func(c *schema.Context, obj any, words []syntax.Word) {
			h := obj.(*AuthHMAC)
			id, err := strconv.Atoi(words[1].Text)
			if err != nil || id < 1 || id > 255 { // it may be the key itself, by mistake
				c.Errorf(diag.OutOfRange, words[1], "the ID of a key is a number from 1 to 255; this key is passed over")
				return
			}
			if !goodKey(c, words[2], id) {
				return
			}
			for _, old := range h.Keys {
				if old.ID == id {
					c.Errorf(diag.DuplicateName, words[1], "key %d is there already; this one is passed over", id)
					return
				}
			}
			h.Keys = append(h.Keys, HMACKey{ID: id, Value: words[2].Text})
		},
		Print: func(obj any) [][]string {
			var lines [][]string
			for _, k := range obj.(*AuthHMAC).Keys {
				lines = append(lines, []string{strconv.Itoa(k.ID), k.Value})
			}
			return lines
		}}
}

// goodKey reports a key that is not 32 to 64 bytes.
func goodKey(c *schema.Context, w syntax.Word, id int) bool {
	n := len(w.Text)
	if path, ok := strings.CutPrefix(w.Text, "file:"); ok {
		if path == "" {
			c.Errorf(diag.BadText, w, "key %d names no file; it is passed over", id)
		}
		return path != ""
	}
	if digits, ok := strings.CutPrefix(w.Text, "hex:"); ok {
		if _, err := hex.DecodeString(digits); err != nil {
			c.Errorf(diag.BadText, w, "key %d is not an even number of hexadecimal digits; it is passed over", id)
			return false
		}
		n = len(digits) / 2
	}
	if n < minKey || n > maxKey {
		c.Errorf(diag.BadText, w, "key %d has %d bytes, not %d to %d; it is passed over", id, n, minKey, maxKey)
	}
	return n >= minKey && n <= maxKey
}
