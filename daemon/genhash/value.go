package genhash

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

func setServer(o *options, v string) (err error) {
	if o.server, err = netip.ParseAddr(v); err != nil {
		return fmt.Errorf("server should be an IP, not %s", v)
	}
	return nil
}

func setPort(o *options, v string) error {
	n, err := strconv.ParseUint(strings.TrimPrefix(v, "+"), 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("invalid port number '%s'", v)
	}
	o.port = uint16(n)
	return nil
}

func setMark(o *options, v string) error {
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return fmt.Errorf("invalid fwmark '%s'", v)
	}
	o.fwmark = uint32(n)
	return nil
}

func setVersion(o *options, v string) error {
	if o.version = strings.ToLower(v); o.version != "1.0" && o.version != "1.0c" && o.version != "1.1" {
		return fmt.Errorf("invalid HTTP protocol version '%s'", v)
	}
	return nil
}

func setTimeout(o *options, v string) error {
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return fmt.Errorf("invalid timeout '%s'", v)
	}
	o.timeout = max(time.Duration(n)*time.Second, 1) // with 0 there is no time at all
	return nil
}
