// kube-apiserver as Kubernetes releases it (cmd/kube-apiserver), built from its Go module.
package main

import (
	"os"
	_ "time/tzdata" // CronJobs are validated against time zone names

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
