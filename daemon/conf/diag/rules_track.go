package diag

func trackRules() []Rule {
	return []Rule{
		{Code: OwnInterface, Title: "An instance tracks its own interface",
			Why: "That is done without being asked for, unless `dont_track_primary` stands there."},
		{Code: WeightOfOwner, Title: "The owner of the addresses ignores trackers with a weight",
			Why:     "Priority 255 never changes. keepalived drops the tracker. Use a lower priority, or weight 0, which means FAULT.",
			Example: "priority 255\ntrack_script {\n    chk weight -20\n}"},
		{Code: WeightInGroup, Title: "A tracker with a weight stands on a member of a sync group",
			Why: "Members of a group move together: unless the group has `sync_group_tracking_weight`, a script or BFD session of that kind is dropped, and an interface means FAULT. Put the tracker on the group."},
		{Code: TimeoutTooLong, Title: "A timeout is not below the interval",
			Why:     "A check that hangs delays the next one, so that a failure is seen late.",
			Example: "vrrp_script chk {\n    script /usr/bin/check\n    interval 1\n    timeout 5\n}"},
		{Code: MissingDirectory, Title: "The directory of a tracked file does not exist",
			Why: "A file that is missing counts as 0 and is seen when it appears; its directory must exist before."},
		{Code: UnusableScript, Title: "A script does not exist or cannot be executed",
			Why: "keepalived disables a tracker whose script is missing, so that it never fails. A notify script that is missing is only noticed when the state changes; a MISC_CHECK without its script removes its server."},
		{Code: InsecureScript, Title: "Others than root can change a script",
			Why: "The file or a directory above it belongs to, or can be written by, another user than root, and the script would run as root. With `enable_script_security` it is not run. Correct owner and mode, or name another `script_user`."},
		{Code: SecurityOff, Title: "Scripts run without enable_script_security",
			Why: "keepalived then runs scripts that other users may be able to change, and its `-t` exits with 6. Set `enable_script_security` and `script_user` in global_defs."},
		{Code: UnknownUser, Title: "The user or group of a script does not exist",
			Why:     "The script is not run. Without `script_user` it is keepalived_script, if that account exists, else root. Words behind the quoted command are taken for user and group.",
			Example: "notify \"/usr/bin/logger x\" > /tmp/out"},
		{Code: ShellInCommand, Title: "A command has characters that only a shell understands",
			Why:     "Commands are run without a shell: `>`, `|`, `;`, `&&` become arguments. Write a script file, or call `/bin/sh -c`.",
			Example: "script \"pidof nginx > /dev/null\""},
		{Code: MailIncomplete, Title: "Mail is asked for, and server or recipients are missing",
			Why:     "No mail is sent. `smtp_server` and `notification_email` belong in global_defs.",
			Example: "smtp_alert"},
	}
}
