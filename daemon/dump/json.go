package dump

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/viplab/viplab/daemon/conf"
	"github.com/viplab/viplab/daemon/status"
)

// masked stands for passwords: who reads the file need not know them.
const masked = "***"

// moment is a time in seconds with microseconds.
type moment time.Time

// MarshalJSON writes "1795176757.735508", 0 for none.
func (m moment) MarshalJSON() ([]byte, error) {
	t := time.Time(m)
	if t.IsZero() {
		return []byte("0"), nil
	}
	return strconv.AppendFloat(nil, float64(t.UnixMicro())/1e6, 'f', 6, 64), nil
}

// digit is a yes or no that keepalived writes as a number.
type digit bool

// MarshalJSON writes 0 or 1.
func (f digit) MarshalJSON() ([]byte, error) {
	if f {
		return []byte("1"), nil
	}
	return []byte("0"), nil
}

type jsonInstance struct {
	Data  jsonData  `json:"data"`
	Stats jsonStats `json:"stats"`
}

type jsonData struct {
	Name              string   `json:"iname"`
	DontTrackPrimary  digit    `json:"dont_track_primary"`
	SkipCheck         digit    `json:"skip_check_adv_addr"`
	Strict            digit    `json:"strict_mode"`
	VMAC              string   `json:"vmac_ifname"`
	Interface         string   `json:"ifp_ifname"`
	MasterPriority    int      `json:"master_priority"`
	LastTransition    moment   `json:"last_transition"`
	GARPDelay         int      `json:"garp_delay"`
	GARPRefresh       int      `json:"garp_refresh"`
	GARPRepeat        int      `json:"garp_rep"`
	GARPRefreshRepeat int      `json:"garp_refresh_rep"`
	LowerDelay        int      `json:"garp_lower_prio_delay"`
	LowerRepeat       int      `json:"garp_lower_prio_rep"`
	LowerNoAdvert     digit    `json:"lower_prio_no_advert"`
	HigherAdvert      digit    `json:"higher_prio_send_advert"`
	VRID              int      `json:"vrid"`
	BasePriority      int      `json:"base_priority"`
	EffectivePriority int      `json:"effective_priority"`
	VIPSet            bool     `json:"vipset"`
	Promote           bool     `json:"promote_secondaries"`
	AdvertInt         float64  `json:"adver_int"`
	MasterAdvertInt   float64  `json:"master_adver_int"`
	Accept            digit    `json:"accept"`
	NoPreempt         bool     `json:"nopreempt"`
	PreemptDelay      int      `json:"preempt_delay"`
	State             int      `json:"state"`
	Wanted            int      `json:"wantstate"`
	Version           int      `json:"version"`
	SMTPAlert         bool     `json:"smtp_alert"`
	NotifyDeleted     bool     `json:"notify_deleted"`
	ScriptMaster      string   `json:"script_master,omitempty"`
	ScriptBackup      string   `json:"script_backup,omitempty"`
	ScriptFault       string   `json:"script_fault,omitempty"`
	ScriptStop        string   `json:"script_stop,omitempty"`
	Script            string   `json:"script,omitempty"`
	VIPs              []string `json:"vips,omitempty"`
	Excluded          []string `json:"evips,omitempty"`
	Routes            []string `json:"vroutes,omitempty"`
	Rules             []string `json:"vrules,omitempty"`
	TrackInterfaces   []string `json:"track_ifp,omitempty"`
	TrackScripts      []string `json:"track_script,omitempty"`
	AuthType          int      `json:"auth_type"`
	AuthData          string   `json:"auth_data,omitempty"`
}

type jsonStats struct {
	Received       uint64 `json:"advert_rcvd"`
	Sent           uint64 `json:"advert_sent"`
	BecameMaster   uint64 `json:"become_master"`
	ReleasedMaster uint64 `json:"release_master"`
	Length         uint64 `json:"packet_len_err"`
	Interval       uint64 `json:"advert_interval_err"`
	TTL            uint64 `json:"ip_ttl_err"`
	Type           uint64 `json:"invalid_type_rcvd"`
	Addresses      uint64 `json:"addr_list_err"`
	AuthInvalid    uint64 `json:"invalid_authtype"`
	AuthMismatch   uint64 `json:"authtype_mismatch"`
	AuthFailure    uint64 `json:"auth_failure"`
	ZeroReceived   uint64 `json:"pri_zero_rcvd"`
	ZeroSent       uint64 `json:"pri_zero_sent"`
}

// WriteJSON writes all instances: version 1 of json_version is an array,
// version 2 an object that has it as "vrrp", and the tracked processes. Passwords
// are masked.
func WriteJSON(w io.Writer, cfg *conf.Config, st *status.Status, version int) error {
	list := []jsonInstance{}
	for _, p := range pairs(cfg, st) {
		list = append(list, jsonInstance{p.json(cfg), p.jsonStats()})
	}
	var v any = list
	if version == 2 {
		v = struct {
			VRRP      []jsonInstance `json:"vrrp"`
			Processes []jsonProcess  `json:"track_process"`
		}{list, processes(cfg, st)}
	}
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// json gathers what keepalived tells of an instance. An interface in adverts'
// place (a VMAC) has both names.
func (p pair) json(cfg *conf.Config) jsonData {
	i, s := p.conf, p.status
	d := jsonData{
		Name: i.Name, DontTrackPrimary: digit(i.DontTrackPrimary), SkipCheck: digit(i.SkipCheckAddresses), Strict: digit(i.Strict),
		Interface: s.Device, MasterPriority: s.MasterPriority, LastTransition: moment(s.Since),
		GARPDelay: whole(i.GARP.Delay), GARPRefresh: whole(i.GARP.Refresh), GARPRepeat: i.GARP.Repeat, GARPRefreshRepeat: i.GARP.RefreshTimes,
		LowerDelay: whole(i.GARP.LowerDelay), LowerRepeat: i.GARP.LowerRepeat, LowerNoAdvert: digit(i.LowerPrioNoAdvert), HigherAdvert: digit(i.HigherPrioSendAdvert),
		VRID: i.VRID, BasePriority: s.Priority.Base, EffectivePriority: s.Priority.Effective, VIPSet: s.State == "MASTER", Promote: i.PromoteSecondaries,
		AdvertInt: i.AdvertInt.Seconds(), MasterAdvertInt: s.MasterInterval, Accept: digit(i.Accept), NoPreempt: !i.Preempt, PreemptDelay: whole(i.PreemptDelay),
		State: number(s.State), Wanted: number(p.wanted()), Version: i.Version, SMTPAlert: i.SMTPAlert, NotifyDeleted: i.Deleted,
		ScriptMaster: command(&i.NotifyMaster), ScriptBackup: command(&i.NotifyBackup), ScriptFault: command(&i.NotifyFault), ScriptStop: command(&i.NotifyStop), Script: command(&i.Notify),
		VIPs: p.addresses(i.Addresses, false), Excluded: p.addresses(i.Excluded, true), Routes: p.routes(), Rules: rules(i.Rules),
		AuthType: i.AuthType,
	}
	if i.VMAC {
		d.VMAC = s.Device
	}
	if i.AuthType != 0 {
		d.AuthData = masked
	}
	for _, t := range i.TrackInterfaces {
		d.TrackInterfaces = append(d.TrackInterfaces, t.Name)
	}
	for _, t := range i.TrackScripts {
		for _, script := range cfg.Scripts {
			if script.Name == t.Name {
				d.TrackScripts = append(d.TrackScripts, command(&script.Command))
			}
		}
	}
	return d
}

func (p pair) jsonStats() jsonStats {
	s := &p.status.Stats
	return jsonStats{s.AdvertsReceived, s.AdvertsSent, s.BecameMaster, s.ReleasedMaster, s.LengthErrors, s.IntervalErrors, s.TTLErrors, s.TypeErrors,
		s.AddressListErrors, s.AuthTypeInvalid, s.AuthTypeMismatch, s.AuthFailures, s.PriorityZeroRx, s.PriorityZeroTx}
}

// jsonProcess is a tracked process, of version 2 only.
type jsonProcess struct {
	Name      string `json:"name"`
	Process   string `json:"process"`
	Quorum    int    `json:"min_processes"`
	Have      bool   `json:"have_quorum"`
	Condition string `json:"condition"`
}

func processes(cfg *conf.Config, st *status.Status) []jsonProcess {
	list := []jsonProcess{}
	for _, p := range cfg.TrackProcesses {
		t := tracker(st, "process", p.Name)
		list = append(list, jsonProcess{p.Name, p.Process, p.Quorum, t.Up, t.Text})
	}
	return list
}

// tracker finds a tracker; one that does not run is as unknown.
func tracker(st *status.Status, kind, name string) status.Tracker {
	for _, t := range st.Trackers {
		if t.Kind == kind && t.Name == name {
			return t
		}
	}
	return status.Tracker{Kind: kind, Name: name}
}

// whole is d in seconds.
func whole(d time.Duration) int { return int(d / time.Second) }
