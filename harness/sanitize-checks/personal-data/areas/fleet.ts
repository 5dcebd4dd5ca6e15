import type { PersonalArea } from '../area.ts';

/** Odoo fleet, hr_fleet. */
export const fleet: PersonalArea = {
  check: 'sanitize.personal-data',
  personal: {
    fleet_vehicle: {
      license_plate: 'blank',
      vin_sn: 'blank',
      location: 'blank',
      mobility_card: 'blank',
      description: 'blank',
      vehicle_properties: { is: 'blank', since: 17, type: 'jsonb' },
      name: 'vehicle-name',
    },
    fleet_vehicle_log_contract: { ins_ref: 'blank', notes: 'blank' },
    fleet_vehicle_log_services: { inv_ref: 'blank', notes: 'blank', description: 'blank' },
  },
  impersonal: {
    fleet_vehicle: {
      published: 'co2_standard color image_128 model_year',
      date: 'acquisition_date contract_date_start first_contract_date next_assignation_date order_date write_off_date',
    },
    fleet_vehicle_assignation_log: {
      date: 'date_end date_start',
    },
  },
};
