package metrics

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/viplab/viplab/daemon/status"
)

// collector turns a status into metrics.
type collector struct{ source Source }

// Describe sends nothing: which metrics there are depends on the configuration.
func (*collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	st, err := c.source.Status(ctx)
	s := sink{out}
	s.gauge("up", "Whether the processes of the daemon answer.", truth(err == nil), nil)
	if err != nil {
		return
	}
	s.daemon(st)
	for i := range st.Instances {
		s.instance(&st.Instances[i])
	}
	for i := range st.VirtualServers {
		s.virtualServer(&st.VirtualServers[i])
	}
	for _, g := range st.Groups {
		for _, state := range states() {
			s.gauge("group_state", "Whether a sync group is in a state.", truth(g.State == state), []string{"group", "state"}, g.Name, state)
		}
	}
	for _, t := range st.Trackers {
		if t.Known {
			s.gauge("tracker_up", "Whether a tracker is well; it has no value before its first result.", truth(t.Up), []string{"kind", "name"}, t.Kind, t.Name)
		}
	}
}

// sink makes metrics.
type sink struct{ out chan<- prometheus.Metric }

func (s sink) gauge(name, help string, value float64, labels []string, values ...string) {
	s.send(name, help, prometheus.GaugeValue, value, labels, values)
}

func (s sink) count(name, help string, value uint64, labels []string, values ...string) {
	s.send(name, help, prometheus.CounterValue, float64(value), labels, values)
}

func (s sink) send(name, help string, kind prometheus.ValueType, value float64, labels, values []string) {
	d := prometheus.NewDesc("vipd_"+name, help, labels, nil)
	m, err := prometheus.NewConstMetric(d, kind, value, values...)
	if err != nil {
		m = prometheus.NewInvalidMetric(d, err) // a label that is no UTF-8: the scrape says so
	}
	s.out <- m
}

func (s sink) daemon(st *status.Status) {
	s.gauge("build_info", "The version, as a label.", 1, []string{"version"}, st.Version)
	s.gauge("start_time_seconds", "When the daemon started.", unix(st.Started), nil)
	s.gauge("config_load_time_seconds", "When the running configuration was read.", unix(st.Loaded), nil)
	s.gauge("config_refused", "Whether the last reload was refused.", truth(st.Refused != ""), nil)
	for _, p := range st.Processes {
		s.count("process_restarts_total", "How often a child was started again.", uint64(max(p.Restarts, 0)), []string{"process"}, p.Name)
	}
	s.count("unknown_vrid_adverts_total", "Adverts of VRIDs that are not configured.", st.Receive.UnknownVRID, nil)
	for reason, n := range st.Receive.Discards {
		s.count("discarded_packets_total", "Packets that reached no instance.", n, []string{"reason"}, reason)
	}
	for kind, n := range map[string]uint64{"event": st.Lost.Events, "line": st.Lost.Lines, "mail": st.Lost.Mails} {
		s.count("notifications_lost_total", "Notifications that were not delivered.", n, []string{"kind"}, kind)
	}
}

func (s sink) instance(i *status.Instance) {
	name := []string{"instance"}
	s.gauge("vrrp_info", "Facts of an instance, as labels.", 1, []string{"instance", "interface", "device", "vrid", "family", "version", "group"},
		i.Name, i.Interface, i.Device, strconv.Itoa(i.VRID), i.Family, strconv.Itoa(i.Version), i.Group)
	for _, state := range states() {
		s.gauge("vrrp_state", "Whether an instance is in a state.", truth(i.State == state), []string{"instance", "state"}, i.Name, state)
	}
	s.gauge("vrrp_last_transition_time_seconds", "When the instance entered its state.", unix(i.Since), name, i.Name)
	s.gauge("vrrp_priority", "The effective priority.", float64(i.Priority.Effective), name, i.Name)
	s.gauge("vrrp_priority_base", "The configured priority.", float64(i.Priority.Base), name, i.Name)
	s.gauge("vrrp_faults", "How many reasons keep the instance in FAULT.", float64(len(i.Faults)), name, i.Name)
	s.gauge("vrrp_maintenance", "Whether an operator took the instance out of service.", truth(i.Maintenance), name, i.Name)
	s.gauge("vrrp_advert_interval_seconds", "The configured interval of adverts.", i.AdvertInterval, name, i.Name)
	s.gauge("vrrp_master_down_interval_seconds", "How long a Backup waits for an advert.", i.MasterDown, name, i.Name)
	for _, a := range i.Addresses {
		s.gauge("vrrp_address_held", "Whether a virtual address is on this host.", truth(a.Held), []string{"instance", "address", "interface"}, i.Name, a.Prefix.String(), a.Interface)
	}
	for reason, n := range i.Discards {
		s.count("vrrp_discarded_adverts_total", "Adverts that were not taken.", n, []string{"instance", "reason"}, i.Name, reason)
	}
	for _, c := range []struct {
		name, help string
		value      uint64
	}{
		{"vrrp_adverts_received_total", "Adverts that were taken.", i.Stats.AdvertsReceived},
		{"vrrp_adverts_sent_total", "Adverts that were sent.", i.Stats.AdvertsSent},
		{"vrrp_became_master_total", "Transitions to MASTER.", i.Stats.BecameMaster},
		{"vrrp_released_master_total", "Transitions from MASTER.", i.Stats.ReleasedMaster},
		{"vrrp_priority_zero_received_total", "Adverts of priority 0 that were taken.", i.Stats.PriorityZeroRx},
		{"vrrp_priority_zero_sent_total", "Adverts of priority 0 that were sent.", i.Stats.PriorityZeroTx},
		{"vrrp_gratuitous_arp_sent_total", "Gratuitous ARPs and unsolicited neighbour advertisements.", i.Stats.GARPSent},
		{"vrrp_send_errors_total", "Adverts that could not be sent.", i.Stats.SendErrors},
	} {
		s.count(c.name, c.help, c.value, name, i.Name)
	}
}

func states() []string { return []string{"INIT", "BACKUP", "MASTER", "FAULT"} }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}
