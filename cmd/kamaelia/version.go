package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the version, and that of Go.
func (versionCommand) Run() error {
	version, goVersion := "devel", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && version == "devel" {
				version += " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	fmt.Println("kamaelia", version, goVersion)
	return nil
}
