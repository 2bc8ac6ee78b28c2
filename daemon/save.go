package daemon

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/viplab/viplab/daemon/conf"
)

// maxSaved is how many configurations config_save_dir keeps.
const maxSaved = 100

// save keeps a copy of the effective configuration in config_save_dir, if that is
// set: what has been running when, for who looks into it later.
func save(cfg *conf.Config, at time.Time) error {
	dir := cfg.Global.Files.SaveDir
	if dir == "" {
		return nil
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make config_save_dir: %w", err)
	}
	name := filepath.Join(dir, "keepalived.conf."+at.UTC().Format("20060102T150405.000000"))
	if err := replace(name, cfg.WriteText); err != nil {
		return fmt.Errorf("save the configuration in config_save_dir: %w", err)
	}
	saved, err := filepath.Glob(filepath.Join(dir, "keepalived.conf.*T*")) // in the order of time
	if err != nil {
		return fmt.Errorf("look into config_save_dir: %w", err)
	}
	for _, old := range saved[:max(0, len(saved)-maxSaved)] {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("tidy config_save_dir: %w", err)
		}
	}
	return nil
}
