package main

import (
	"fmt"
	"os"

	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

type checkCommand struct {
	File string `arg:"" help:"The configuration."`
}

// Run says everything that is wrong with a configuration.
func (c *checkCommand) Run() error {
	if err := config.CheckFile(c.File); err != nil {
		return err
	}
	fmt.Println("ok")
	return nil
}

type configCommand struct {
	siteOptions
}

// Run prints the configuration that the flags and the file make, as a file.
func (c *configCommand) Run() error {
	conf, err := c.config()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(config.Format(conf))
	return err
}
