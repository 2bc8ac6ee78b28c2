package topologies

import (
	"io/fs"
	"strings"
	"testing"
)

// The facts of the course that a reader would compare by eye.
func TestFactsOfTheCourse(t *testing.T) {
	for _, tc := range []struct {
		file  string
		facts []string
	}{
		{"web-hot-standby/web1/etc/keepalived/keepalived.conf", []string{"state MASTER", "interface enp0s3", "virtual_router_id 51", "priority 100", "advert_int 1", "auth_pass 1111", "192.168.0.5", "smtp_connect_timeout 30", "router_id web1.niliu.edu"}},
		{"web-hot-standby/web2/etc/keepalived/keepalived.conf", []string{"state BACKUP", "interface enp0s3", "virtual_router_id 51", "priority 50", "advert_int 1", "auth_pass 1111", "192.168.0.5", "smtp_connect_timeout 1\n", "router_id web2.niliu.edu"}},
		{"web-hot-standby/web1/var/www/html/index.html", []string{"web1 server\n"}},
		{"web-hot-standby/web2/var/www/html/index.html", []string{"web2 server\n"}},
		{"master-backup/keepalive130/etc/keepalived/keepalived.conf", []string{"state MASTER", "virtual_router_id 33", "priority 100", "auth_pass a1b2c3d4", "vrrp_mcast_group4 224.1.101.33", "172.16.15.99/16 dev eth0 label eth0:0"}},
		{"master-backup/keepalive131/etc/keepalived/keepalived.conf", []string{"state BACKUP", "virtual_router_id 33", "priority 96", "auth_pass a1b2c3d4", "vrrp_mcast_group4 224.1.101.33", "172.16.15.99/16 dev eth0 label eth0:0"}},
		{"master-master/keepalive130/etc/keepalived/keepalived.conf", []string{"vrrp_mcast_group4 224.1.101.33", "VI_1 {\n    state MASTER", "virtual_router_id 33\n    priority 100", "auth_pass a1b2c3d4", "172.16.15.99/16 dev eth0 label eth0:0", "VI_2 {\n    state BACKUP", "virtual_router_id 34\n    priority 96", "auth_pass a6b7c8d9", "172.16.15.98/16"}},
		{"master-master/keepalive131/etc/keepalived/keepalived.conf", []string{"vrrp_mcast_group4 224.1.101.33", "VI_1 {\n    state BACKUP", "virtual_router_id 33\n    priority 96", "auth_pass a1b2c3d4", "172.16.15.99/16 dev eth0 label eth0:0", "VI_2 {\n    state MASTER", "virtual_router_id 34\n    priority 100", "auth_pass a6b7c8d9", "172.16.15.98/16"}},
		{"experiment-1/node1/etc/keepalived/keepalived.conf", []string{"router_id node1", "vrrp_mcast_group4 224.0.0.58", "state MASTER", "interface ens37", "virtual_router_id 51", "priority 100", "advert_int 1", "auth_pass dd73f9d6", "192.168.136.100/24"}},
		{"experiment-1/node2/etc/keepalived/keepalived.conf", []string{"router_id node2", "vrrp_mcast_group4 224.0.0.58", "state BACKUP", "interface ens37", "virtual_router_id 51", "priority 90", "advert_int 1", "auth_pass dd73f9d6", "192.168.136.100/24"}},
		{"experiment-2/topology.yaml", []string{`args: [-D, -S, "3"]`}},
		{"experiment-2/node1/etc/sysconfig/keepalived", []string{`KEEPALIVED_OPTIONS="-D -S 3"`}},
		{"experiment-2/node1/etc/rsyslog.conf", []string{"local3.* ", " /var/log/keepalived.log\n"}},
		{"experiment-2/node2/etc/rsyslog.conf", []string{"local3.* ", " /var/log/keepalived.log\n"}},
		{"experiment-3/node1/etc/keepalived/keepalived.conf", []string{"vrrp_mcast_group4 224.0.0.58", "VI_1 {\n    state MASTER", "virtual_router_id 51\n    priority 100", "auth_pass dd73f9d6", "192.168.136.100/24", "VI_2 {\n    state BACKUP", "virtual_router_id 61\n    priority 80", "auth_pass a56c19be", "192.168.136.200/24", `notify_fault "/etc/keepalived/notify.sh fault"`}},
		{"experiment-3/node2/etc/keepalived/keepalived.conf", []string{"vrrp_mcast_group4 224.0.0.58", "VI_1 {\n    state BACKUP", "virtual_router_id 51\n    priority 90", "auth_pass dd73f9d6", "192.168.136.100/24", "VI_2 {\n    state MASTER", "virtual_router_id 61\n    priority 100", "auth_pass a56c19be", "192.168.136.200/24", `notify_fault "/etc/keepalived/notify.sh fault"`}},
		{"experiment-3/node1/etc/keepalived/notify.sh", []string{"contact='root@localhost'", `"$host to be $1, vip floating"`, "vrrp transition, $host changed to be $1"}},
		{"nat-sync-group/LB1/etc/keepalived/keepalived.conf", []string{"vrrp_sync_group VG_1 {", "        VI_1\n        VI_2\n", "VI_1 {\n    state MASTER\n    interface eth0", "VI_2 {\n    state MASTER\n    interface eth1", "priority 100"}},
		{"nat-sync-group/LB2/etc/keepalived/keepalived.conf", []string{"vrrp_sync_group VG_1 {", "        VI_1\n        VI_2\n", "VI_1 {\n    state BACKUP\n    interface eth0", "VI_2 {\n    state BACKUP\n    interface eth1", "priority 90"}},
		{"nat-sync-group/topology.yaml", []string{"{to: default, via: 10.0.0.254}"}},
		{"nginx-hot-standby/host131/etc/keepalived/keepalived.conf", []string{`script "/etc/keepalived/nginx_check.sh"`, "track_script {\n        chk_nginx\n", "192.168.56.188"}},
		{"nginx-hot-standby/host131/usr/share/nginx/html/index.html", []string{"Welcome to nginx!", "131\n"}},
		{"nginx-hot-standby/host132/etc/keepalived/keepalived.conf", []string{`script "/etc/keepalived/nginx_check.sh"`, "track_script {\n        chk_nginx\n", "192.168.56.188"}},
		{"nginx-hot-standby/host132/usr/share/nginx/html/index.html", []string{"Welcome to nginx!", "132\n"}},
		{"nginx-hot-standby/host131/etc/keepalived/nginx_check.sh", []string{"systemctl start nginx", "sleep 1", "killall keepalived"}},
		{"ha-1/keepalived-master/etc/keepalived/keepalived.conf", []string{"vrrp_script check_httpd {\n    script \"killall -0 httpd\"\n    interval 2\n}", "state MASTER", "interface eth0", "virtual_router_id 80", "priority 100", "advert_int 2", "auth_pass qwaszx", "192.168.66.80/24 dev eth0", `notify_master "/etc/keepalived/master.sh"`, `notify_backup "/etc/keepalived/backup.sh"`, `notify_fault "/etc/keepalived/fault.sh"`}},
		{"ha-1/keepalived-backup/etc/keepalived/keepalived.conf", []string{"vrrp_script check_httpd {\n    script \"killall -0 httpd\"\n    interval 2\n}", "state BACKUP", "interface eth0", "virtual_router_id 80", "priority 80", "advert_int 2", "auth_pass qwaszx", "192.168.66.80/24 dev eth0", `notify_master "/etc/keepalived/master.sh"`, `notify_backup "/etc/keepalived/backup.sh"`, `notify_fault "/etc/keepalived/fault.sh"`}},
		{"ha-1/keepalived-master/etc/keepalived/nopreempt.conf", []string{"state BACKUP", "priority 100\n    nopreempt"}},
		{"ha-1/keepalived-backup/etc/keepalived/nopreempt.conf", []string{"state BACKUP", "priority 80\n    advert_int 2"}},
		{"ha-1/keepalived-master/etc/keepalived/master.sh", []string{`"[Master]"`, "/var/log/keepalived-mysql-state.log", "date >>"}},
		{"ha-1/keepalived-master/etc/keepalived/backup.sh", []string{`"[Backup]"`}},
		{"ha-1/keepalived-master/etc/keepalived/fault.sh", []string{`"[Fault]"`}},
		{"ha-1/keepalived-master/etc/keepalived/watch-process.conf", []string{`"killall -0 mysqld"`, "interval 2"}},
		{"ha-1/keepalived-master/etc/keepalived/watch-port.conf", []string{"</dev/tcp/127.0.0.1/80", "interval 2\n    fall 2\n    rise 1"}},
		{"ha-1/keepalived-master/etc/keepalived/watch-pidfile.conf", []string{"if [ -f /var/run/httpd/httpd.pid ]; then exit 0; else exit 1; fi", "interval 2\n    fall 1\n    rise 1"}},
		{"ha-1/keepalived-master/etc/keepalived/watch-script.conf", []string{`"/etc/keepalived/check_mysql.sh"`}},
		{"experiment-4/LB1/etc/keepalived/keepalived.conf", []string{"state MASTER", "interface ens37", "priority 100", "auth_pass dd73f9d6", "vrrp_mcast_group4 224.0.0.58", "192.168.136.100/24", "sorry_server 127.0.0.1 80", "delay_loop 3", "lb_algo wrr", "lb_kind DR"}},
		{"experiment-4/LB2/etc/keepalived/keepalived.conf", []string{"state BACKUP", "interface ens37", "priority 90", "auth_pass dd73f9d6", "vrrp_mcast_group4 224.0.0.58", "192.168.136.100/24", "sorry_server 127.0.0.1 80", "delay_loop 3", "lb_algo wrr", "lb_kind DR"}},
		{"experiment-4/RS1/var/www/html/index.html", []string{"RS1 homepage\n"}},
		{"experiment-4/RS2/var/www/html/index.html", []string{"RS2 homepage\n"}},
		{"experiment-4/LB1/var/www/html/index.html", []string{"sorry on LB1\n"}},
		{"experiment-4/LB2/var/www/html/index.html", []string{"sorry on LB2\n"}},
		{"experiment-4/LB1/etc/keepalived/sync.conf", []string{"lvs_sync_daemon ens37 VI_1", "priority 100"}},
		{"experiment-4/LB2/etc/keepalived/sync.conf", []string{"lvs_sync_daemon ens37 VI_1", "priority 90"}},
		{"lvs-dr-script/lk1/etc/keepalived/keepalived.conf", []string{"state MASTER", "interface enp0s3", "virtual_router_id 51", "priority 100", "advert_int 1", "auth_pass 1111", "192.168.0.254", "smtp_connect_timeout 30", "router_id lk1.niliu.edu"}},
		{"lvs-dr-script/lk2/etc/keepalived/keepalived.conf", []string{"state BACKUP", "interface enp0s3", "virtual_router_id 51", "priority 50", "advert_int 1", "auth_pass 1111", "192.168.0.254", "smtp_connect_timeout 1\n", "router_id lk2.niliu.edu"}},
		{"lvs-dr-script/lk1/usr/local/sbin/lvs-dr.sh", []string{"ipvsadm -C\n", "ipvsadm -A -t 192.168.0.254:80 -s rr\n", "ipvsadm -a -t 192.168.0.254:80 -r 192.168.0.3:80 -g\n", "ipvsadm -a -t 192.168.0.254:80 -r 192.168.0.4:80 -g\n"}},
		{"lvs-dr-script/web1/var/www/html/index.html", []string{"web1.niliu.edu\n"}},
		{"lvs-dr-script/web2/var/www/html/index.html", []string{"web2.niliu.edu\n"}},
		{"lvs-dr-script/topology.yaml", []string{"192.168.0.3/24", "192.168.0.4/24", `{192.168.0.254/32: "lo:0"}`, "{to: 192.168.0.254/32, dev: lo}", "net.ipv4.conf.lo.arp_ignore: 1", "net.ipv4.conf.all.arp_announce: 2"}},
		{"lvs-dr-keepalived/lk1/etc/keepalived/keepalived.conf", []string{"state MASTER", "priority 100", "virtual_server 192.168.0.254 80 {", "delay_loop 6", "lb_algo rr", "lb_kind DR", "persistence_timeout 50", "protocol TCP", "real_server 192.168.0.3 80 {\n        weight 1", "real_server 192.168.0.4 80 {\n        weight 1", "TCP_CHECK {\n            connect_timeout 3\n            nb_get_retry 3\n            delay_before_retry 2"}},
		{"lvs-dr-keepalived/lk2/etc/keepalived/keepalived.conf", []string{"state BACKUP", "priority 50", "persistence_timeout 50"}},
		{"experiment-5/LB1/etc/keepalived/keepalived.conf", []string{"VI_1 {\n    state MASTER", "virtual_router_id 51\n    priority 100", "dd73f9d6", "VI_2 {\n    state BACKUP", "virtual_router_id 61\n    priority 80", "a56c19be", "virtual_server 192.168.136.100 80", "virtual_server 192.168.136.200 80", "real_server 192.168.136.240 80 {\n        weight 2", "real_server 192.168.136.250 80 {\n        weight 1"}},
		{"experiment-5/LB2/etc/keepalived/keepalived.conf", []string{"VI_1 {\n    state BACKUP", "virtual_router_id 51\n    priority 90", "VI_2 {\n    state MASTER", "virtual_router_id 61\n    priority 100", "real_server 192.168.136.229 80 {\n        weight 2", "real_server 192.168.136.129 80 {\n        weight 1"}},
		{"experiment-5/RS4/var/www/html/index.html", []string{"RS4 homepage\n"}},
		{"experiment-6/LB1/etc/keepalived/keepalived.conf", []string{"killall -0 nginx && exit 0 || exit 1;", "interval 1\n    weight -20\n    fall 3\n    rise 3", "virtual_router_id 51\n    priority 100", "192.168.136.100/24\n    }\n    track_script", "virtual_router_id 61\n    priority 90"}},
		{"experiment-6/LB2/etc/keepalived/keepalived.conf", []string{"virtual_router_id 51\n    priority 90", "virtual_router_id 61\n    priority 100", "192.168.136.200/24\n    }\n    track_script"}},
		{"experiment-6/LB1/etc/nginx/nginx.conf", []string{"upstream websrvs1 {\n        server 192.168.136.229:80 weight=2;\n        server 192.168.136.129:80 weight=1;", "upstream websrvs2 {\n        server 192.168.136.240:80 weight=2;\n        server 192.168.136.250:80 weight=1;", "listen 192.168.136.100:80;", "listen 192.168.136.200:80;"}},
		{"experiment-6/topology.yaml", []string{"net.ipv4.ip_nonlocal_bind: 1"}},
	} {
		text, err := fs.ReadFile(FS(), tc.file)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, fact := range tc.facts {
			if !strings.Contains(string(text), fact) {
				t.Errorf("%s does not say %q", tc.file, fact)
			}
		}
	}
}
