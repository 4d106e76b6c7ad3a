"""What tests share: servers, programs, proxies that inject faults, sample logs."""
