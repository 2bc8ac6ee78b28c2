package conf

import (
	"slices"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
)

// authentication drops a password that cannot be used. An instance without a
// type has none.
func (f *finisher) authentication() {
	i := f.i
	drop := func(code diag.Code, why string) {
		f.errorf(code, "auth_type", "%s; adverts go without authentication", why)
		i.AuthType = 0
	}
	switch {
	case i.AuthType == 0:
		if i.AuthPass != "" {
			f.report(f.at("auth_pass"), diag.Warning, diag.MissingPassword, "auth_pass has no effect: there is no auth_type", "write auth_type PASS")
		}
	case i.Strict:
		drop(diag.StrictViolation, "strict mode: there is no authentication")
	case i.Version == 3:
		drop(diag.VersionClash, "version 3 has no authentication")
	case i.AuthPass == "":
		drop(diag.MissingPassword, "there is no auth_pass")
	case i.AuthType == 2 && i.Family == IPv6:
		drop(diag.BadFamily, "auth_type AH is for IPv4")
	case i.AuthType == 2 && i.State == Master && i.Priority != 255:
		f.errorf(diag.ClashingLimits, "state", "state BACKUP is used: with auth_type AH a router must hear another one first")
		i.State = Backup
	}
	if i.AuthType == 0 {
		i.AuthPass = ""
	}
}

// The limits of time_window.
const minWindow, maxWindow = 5 * time.Second, 300 * time.Second

// hmac drops keys that cannot sign, and completes the others.
func (f *finisher) hmac() {
	h := f.i.HMAC
	if h == nil {
		return
	}
	if f.i.AuthType != 0 {
		f.errorf(diag.ClashingLimits, "auth_type", "authentication is passed over: auth_hmac stands in its place")
		f.i.AuthType, f.i.AuthPass = 0, ""
	}
	if len(h.Keys) == 0 {
		f.c.Errorf(diag.MissingPassword, placed(h.Pos, "auth_hmac"), "auth_hmac has no key; adverts are not signed")
		f.i.HMAC = nil
		return
	}
	if h.ActiveKey == 0 {
		h.ActiveKey = h.Keys[0].ID
	}
	if !slices.ContainsFunc(h.Keys, func(k HMACKey) bool { return k.ID == h.ActiveKey }) {
		f.c.Errorf(diag.UnknownName, placed(h.Where("active_key"), "active_key"), "there is no key %d; adverts are not signed", h.ActiveKey)
		f.i.HMAC = nil
		return
	}
	if f.i.Strict && h.Mode != "enforce" {
		f.c.Errorf(diag.StrictViolation, placed(h.Where("mode"), "mode"), "strict mode: mode is enforce")
		h.Mode = "enforce"
	}
	if h.AntiReplay == "time" && h.TimeWindow == 0 {
		h.TimeWindow = min(max(3*f.i.AdvertInt.Truncate(time.Second), minWindow), maxWindow)
	}
}
