package notify

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Account is who a command runs as.
type Account struct {
	UID, GID uint32
	// Groups are the supplementary groups; empty: GID alone, as keepalived has
	// it without script_user's supplementary groups.
	Groups []uint32
}

// Accounts finds accounts by the rules of script_user.
type Accounts struct {
	// User and Group are script_user. An empty User is keepalived_script if
	// there is one, else the daemon's own; an empty Group is the user's.
	User, Group string
	// Security is enable_script_security: nothing runs as root for want of
	// another user, and no file as root that others can change.
	Security bool
	// Supplementary gives commands all groups of their user.
	Supplementary bool
}

// Reasons why there is no account.
var (
	ErrUnknownUser  = errors.New("unknown user")
	ErrUnknownGroup = errors.New("unknown group")
	ErrNoAccount    = errors.New("no script_user, no user " + fallbackUser + ", and enable_script_security forbids to take the daemon's own")
)

// fallbackUser runs scripts where there is such a user and no script_user.
const fallbackUser = "keepalived_script"

// Resolve returns the account for "USER [GROUP]" of a command or pipe; empty
// names stand for script_user. Names may be numbers. Errors wrap ErrUnknownUser,
// ErrUnknownGroup or are ErrNoAccount.
func (a *Accounts) Resolve(userName, groupName string) (Account, error) {
	if userName == "" {
		userName, groupName = a.User, a.Group
	}
	if userName == "" {
		if _, err := user.Lookup(fallbackUser); err == nil {
			userName = fallbackUser
		} else if a.Security {
			return Account{}, ErrNoAccount
		} else {
			return Own(), nil
		}
	}
	u, err := lookupUser(userName)
	if err != nil {
		return Account{}, err
	}
	account := Account{UID: number(u.Uid), GID: number(u.Gid)}
	if groupName != "" {
		if account.GID, err = lookupGroup(groupName); err != nil {
			return Account{}, err
		}
	}
	if a.Supplementary {
		account.Groups, err = groupsOf(u, account.GID)
	}
	return account, err
}

// Own is the daemon's own account.
func Own() Account {
	return Account{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}
}

func lookupUser(name string) (*user.User, error) {
	u, err := user.Lookup(name)
	if err != nil {
		if u, numeric := user.LookupId(name); numeric == nil {
			return u, nil
		}
		return nil, fmt.Errorf("%w %s", ErrUnknownUser, strconv.Quote(name))
	}
	return u, nil
}

func lookupGroup(name string) (uint32, error) {
	if g, err := user.LookupGroup(name); err == nil {
		return number(g.Gid), nil
	}
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	return 0, fmt.Errorf("%w %s", ErrUnknownGroup, strconv.Quote(name))
}

func groupsOf(u *user.User, gid uint32) ([]uint32, error) {
	ids, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("groups of %s: %w", u.Username, err)
	}
	list := []uint32{gid}
	for _, id := range ids {
		if n := number(id); !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list, nil
}

// number is an ID that a system library has given, always decimal on Linux.
func number(id string) uint32 {
	n, _ := strconv.ParseUint(id, 10, 32)
	return uint32(n)
}

// identity is what of this process matters to the change of an account.
type identity struct {
	own        Account
	denyGroups bool // a user namespace forbids setgroups(2)
}

func thisProcess() identity {
	p := identity{own: Own()}
	groups, err := os.Getgroups()
	if err == nil {
		for _, g := range groups {
			p.own.Groups = append(p.own.Groups, uint32(g))
		}
	}
	text, err := os.ReadFile("/proc/self/setgroups")
	p.denyGroups = err == nil && strings.TrimSpace(string(text)) == "deny"
	return p
}

// credential is what a child of p needs to become a; nil: nothing, which is
// all that an ordinary user's daemon may do.
func (p identity) credential(a Account) *syscall.Credential {
	groups := a.Groups
	if len(groups) == 0 {
		groups = []uint32{a.GID}
	}
	if a.UID == p.own.UID && a.GID == p.own.GID {
		if p.own.UID != 0 || p.denyGroups || slices.Equal(groups, p.own.Groups) {
			return nil
		}
	}
	return &syscall.Credential{Uid: a.UID, Gid: a.GID, Groups: groups, NoSetGroups: p.denyGroups}
}
